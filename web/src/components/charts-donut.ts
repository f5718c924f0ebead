import '@mantine/charts/styles.css';

export { DonutChart } from '@mantine/charts';
