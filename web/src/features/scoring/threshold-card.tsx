import { Button, Card, Group, Slider, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type Curve, curveQuery } from './queries';
import classes from './scoring.module.css';

const rateOf = (rate: number) => formatPercent(rate, rate < 0.01 ? 2 : rate < 0.1 ? 1 : 0);

function TradeOff({
  curve,
  value,
  onChange,
}: {
  curve: Curve;
  value: number;
  onChange?: (rate: number) => void;
}) {
  const { t } = useTranslation('scoring');
  const { points } = curve;
  const at = Math.max(
    0,
    points.findIndex((point) => point.false_positive_rate >= value - 1e-9),
  );
  const point = points[at] ?? points[points.length - 1];
  if (!point) return null;
  const facts = [
    {
      label: t('threshold.from'),
      value: point.probability === null ? '–' : formatPercent(point.probability),
    },
    { label: t('threshold.recall'), value: formatPercent(point.recall) },
    {
      label: t('threshold.precision'),
      value: point.precision === null ? '–' : formatPercent(point.precision),
    },
    {
      label: t('threshold.week'),
      value: formatNumber(point.hot_a_week, { maximumFractionDigits: 1 }),
    },
  ];
  return (
    <Stack gap="md">
      <div>
        <Group justify="space-between">
          <Text size="sm">{t('threshold.rate')}</Text>
          <Text size="sm" fw={600} className="tw-number">
            {rateOf(point.false_positive_rate)}
          </Text>
        </Group>
        <Slider
          thumbLabel={t('threshold.rate')}
          min={0}
          max={points.length - 1}
          step={1}
          value={at}
          disabled={!onChange}
          label={(index) => rateOf(points[index]?.false_positive_rate ?? 0)}
          onChange={(index) => onChange?.(points[index]?.false_positive_rate ?? value)}
        />
      </div>
      <dl className={classes.facts}>
        {facts.map((fact) => (
          <div key={fact.label}>
            <dt>{fact.label}</dt>
            <dd className={`${classes.value} tw-number`}>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </Stack>
  );
}

interface ThresholdFieldProps {
  setupKey: string;
  value: number;
  /** Left out where it can only be looked at. */
  onChange?: (rate: number) => void;
}

/** How many losers may be called hot, and what that brings; measured on leads the model had not seen. */
export function ThresholdField({ setupKey, value, onChange }: ThresholdFieldProps) {
  const { data, error, refetch } = useQuery(curveQuery(setupKey));
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={4} />;
  return (
    <Stack gap="xs">
      {data.points.length > 0 && (
        <TradeOff curve={data} value={value} {...(onChange && { onChange })} />
      )}
      <Text size="xs" c="dimmed">
        {data.note}
      </Text>
    </Stack>
  );
}

/** The trade-off on the overview: to try out, and to take along into the settings. */
export function ThresholdCard({ setupKey, chosen }: { setupKey: string; chosen: number }) {
  const { t } = useTranslation('scoring');
  const mayWrite = useMay('scoring:write');
  const [rate, setRate] = useState(chosen);
  return (
    <Card component="section" aria-labelledby="scoring-threshold">
      <Stack gap="md">
        <div>
          <Title order={2} size="h3" id="scoring-threshold">
            {t('threshold.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('threshold.text', { rate: rateOf(chosen) })}
          </Text>
        </div>
        <ThresholdField setupKey={setupKey} value={rate} onChange={setRate} />
        <Group gap="sm">
          {rate !== chosen && (
            <Button variant="default" size="xs" onClick={() => setRate(chosen)}>
              {t('threshold.reset')}
            </Button>
          )}
          {mayWrite && (
            <LinkAnchor
              size="sm"
              to="/scoring/$setupId"
              params={{ setupId: setupKey } as never}
              search={(rate === chosen ? {} : { rate }) as never}
            >
              {t(rate === chosen ? 'threshold.change' : 'threshold.use')}
            </LinkAnchor>
          )}
        </Group>
      </Stack>
    </Card>
  );
}
