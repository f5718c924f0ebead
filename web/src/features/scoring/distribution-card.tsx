import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { ChartCard } from '@/components/chart-card';
import { BarChart } from '@/components/charts';
import { LinkAnchor } from '@/components/link-anchor';
import { BANDS, type Band, binRows } from './card-data';
import { distributionQuery } from './queries';
import classes from './scoring.module.css';

const COLOURS: Record<Band, string> = {
  hot: 'orange.5',
  warm: 'yellow.5',
  cool: 'blue.5',
  cold: 'gray.5',
};

/** How many leads have which score, by band; each band leads to its list. */
export function DistributionCard() {
  const { t } = useTranslation('scoring');
  const { data, error, refetch } = useQuery(distributionQuery());
  const rows = data && binRows(data);
  const named = rows?.map((row) => ({
    ...row,
    ...Object.fromEntries(BANDS.map((band) => [t(`distribution.${band}`), row[band]])),
  }));
  const count = (band: Band) => formatNumber(data?.bands[band] ?? 0);
  const number = (value: unknown) => formatNumber(Number(value));
  return (
    <ChartCard
      title={t('distribution.title')}
      summary={
        data &&
        t('distribution.summary', {
          hot: count('hot'),
          warm: count('warm'),
          cool: count('cool'),
          cold: count('cold'),
          unscored: formatNumber(data.unscored),
        })
      }
      data={named}
      error={error}
      onRetry={() => void refetch()}
      columns={[
        { key: 'range', label: t('distribution.range') },
        { key: 'leads', label: t('distribution.leads'), align: 'end', format: number },
        { key: 'open', label: t('distribution.open'), align: 'end', format: number },
      ]}
      empty={<Text c="dimmed">{t('distribution.empty')}</Text>}
      height={280}
    >
      <BarChart
        h={248}
        data={named ?? []}
        dataKey="range"
        type="stacked"
        series={BANDS.map((band) => ({ name: t(`distribution.${band}`), color: COLOURS[band] }))}
        valueFormatter={number}
        gridAxis="x"
        withLegend
        legendProps={{ itemSorter: null }}
        xAxisProps={{ minTickGap: 16 }}
      />
      <div className={classes.bandLinks}>
        <Text size="sm" c="dimmed">
          {t('distribution.show')}
        </Text>
        {BANDS.map((band) => (
          <LinkAnchor
            key={band}
            to="/leads"
            search={{ filter: { field: 'score_band', op: 'eq', value: band } } as never}
          >
            {t(`distribution.${band}`)}
          </LinkAnchor>
        ))}
      </div>
    </ChartCard>
  );
}
