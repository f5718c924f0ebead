import '@mantine/charts/styles.css';
import { Sparkline as KitSparkline, type SparklineProps } from '@mantine/charts';

export { AreaChart, BarChart } from '@mantine/charts';

/** A decoration beside a number: the number is the information, so the picture is no keyboard stop. */
export function Sparkline(props: SparklineProps) {
  return (
    <div inert>
      <KitSparkline {...props} />
    </div>
  );
}
