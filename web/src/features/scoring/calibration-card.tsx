import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { ChartCard } from '@/components/chart-card';
import { LineChart } from '@/components/charts';
import { calibrationRows, chartEnd, topPoint } from './card-data';
import type { ModelDetail } from './queries';

const percent = (value: unknown) => formatPercent(Number(value), 0);

/** Forecast against what happened. */
export function CalibrationCard({ model }: { model: Pick<ModelDetail, 'calibration_curve'> }) {
  const { t } = useTranslation('scoring');
  const rows = calibrationRows(model.calibration_curve);
  const top = topPoint(rows);
  const end = chartEnd(rows);
  const observed = t('calibration.observed');
  const ideal = t('calibration.ideal');
  const named = rows.map((row) => ({ ...row, [observed]: row.observed, [ideal]: row.ideal }));
  return (
    <ChartCard
      title={t('calibration.title')}
      summary={
        top &&
        t('calibration.summary', {
          predicted: percent(top.predicted),
          observed: percent(top.observed),
        })
      }
      data={named}
      columns={[
        { key: 'predicted', label: t('calibration.predicted'), align: 'end', format: percent },
        { key: 'observed', label: observed, align: 'end', format: percent },
        {
          key: 'rows',
          label: t('calibration.rows'),
          align: 'end',
          format: (value) => formatNumber(Number(value)),
        },
      ]}
      empty={<Text c="dimmed">{t('calibration.empty')}</Text>}
    >
      <LineChart
        h={240}
        data={named}
        dataKey="predicted"
        series={[
          { name: observed, color: 'blue.5' },
          { name: ideal, color: 'gray.5', strokeDasharray: '4 4' },
        ]}
        curveType="linear"
        gridAxis="x"
        withLegend
        legendProps={{ itemSorter: null }}
        valueFormatter={percent}
        yAxisProps={{ domain: [0, end], width: 56 }}
        xAxisProps={{ type: 'number', domain: [0, end], tickFormatter: percent }}
        tooltipProps={{ labelFormatter: percent }}
      />
    </ChartCard>
  );
}
