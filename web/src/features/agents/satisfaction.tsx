import { Group, SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { useMay } from '@/app/permissions';
import { Sparkline } from '@/components/charts';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './agents.module.css';
import { type Satisfaction as Read, satisfactionQuery } from './queries';

interface FigureProps {
  label: string;
  hint: string;
  count: number;
  value: number | null;
  before: number | null;
  interval: Read['csat']['satisfied_interval'];
  /** Ends of the scale. */
  scale: readonly [number, number];
  /** The value of each day, with the window that ends there. */
  trend: readonly (number | null)[];
  format: (value: number) => string;
}

/** A figure with how sure it is: the bar shows where the true value lies with 95 %. */
function Figure(props: FigureProps) {
  const { label, hint, count, value, before, interval, scale, trend, format } = props;
  const { t } = useTranslation('agents');
  const place = (at: number) => ((at - scale[0]) / (scale[1] - scale[0])) * 100;
  const known = trend.filter((one) => one !== null);
  return (
    <div className={classes.figure}>
      <Text size="sm" fw={500}>
        {label}
      </Text>
      {value === null ? (
        <Text size="sm" c="dimmed">
          {t('satisfaction.none')}
        </Text>
      ) : (
        <>
          <Group justify="space-between" align="flex-end" wrap="nowrap">
            <div>
              <Text size="xl" fw={600} className="tw-number">
                {format(value)}
              </Text>
              <Text size="xs" c="dimmed" className="tw-number">
                {before === null
                  ? t('satisfaction.noBefore')
                  : t('satisfaction.before', { value: format(before) })}
              </Text>
            </div>
            {known.length > 1 && (
              <div className={classes.trend}>
                <Suspense>
                  <Sparkline
                    data={known}
                    h={36}
                    color="blue.5"
                    fillOpacity={0.15}
                    curveType="linear"
                  />
                </Suspense>
              </div>
            )}
          </Group>
          {interval && (
            <>
              <div className={classes.interval} aria-hidden>
                <span
                  style={{
                    insetInlineStart: `${place(interval.low)}%`,
                    width: `${place(interval.high) - place(interval.low)}%`,
                  }}
                />
                <i style={{ insetInlineStart: `${place(value)}%` }} />
              </div>
              <Text size="xs" c="dimmed" className="tw-number">
                {[
                  t('satisfaction.n', { count }),
                  t('satisfaction.interval', {
                    low: format(interval.low),
                    high: format(interval.high),
                  }),
                ].join(' · ')}
              </Text>
            </>
          )}
        </>
      )}
      <Text size="xs" c="dimmed">
        {hint}
      </Text>
    </div>
  );
}

/** What clients said after conversations, with the number of ratings and how sure the figures are. */
export function Satisfaction() {
  const { t } = useTranslation('agents');
  const mayRead = useMay('conversations:read');
  const { data, error, refetch } = useQuery({ ...satisfactionQuery(), enabled: mayRead });
  if (!mayRead) return null;
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={3} height={40} />;
  const { csat, nps, previous_csat: csatBefore, previous_nps: npsBefore, series } = data;
  const rated =
    data.answer_rate !== null &&
    t('satisfaction.rated', { share: formatPercent(data.answer_rate), count: data.ended });
  return (
    <SettingsCard
      title={t('satisfaction.title')}
      description={[t('satisfaction.text', { count: data.window_days }), rated]
        .filter(Boolean)
        .join(' ')}
    >
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
        <Figure
          label={t('satisfaction.csat')}
          hint={t('satisfaction.csatText')}
          count={csat.n}
          value={csat.satisfied}
          before={csatBefore.satisfied}
          interval={csat.satisfied_interval}
          scale={[0, 1]}
          trend={series.map((day) => day.csat_satisfied)}
          format={formatPercent}
        />
        <Figure
          label={t('satisfaction.nps')}
          hint={t('satisfaction.npsText')}
          count={nps.n}
          value={nps.score}
          before={npsBefore.score}
          interval={nps.interval}
          scale={[-100, 100]}
          trend={series.map((day) => day.nps_score)}
          format={(value) => formatNumber(Math.round(value), { signDisplay: 'exceptZero' })}
        />
      </SimpleGrid>
    </SettingsCard>
  );
}
