import {
  ActionIcon,
  Badge,
  Box,
  Card,
  Group,
  Menu,
  Skeleton,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate } from '@/app/format';
import { IconDotsVertical } from '@/app/icons';
import { Sparkline } from '@/components/charts';
import { askConfirm } from '@/components/confirm';
import { ErrorState } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import { mainSeries, shownValue } from './figures';
import { METRICS, type Metric, valuesQuery } from './queries';

interface MetricCardProps {
  metric: Metric;
  days: 30 | 90 | 365;
  raw: boolean;
  mayWrite: boolean;
  onEdit: () => void;
}

function Figures({ metric, days, raw }: Pick<MetricCardProps, 'metric' | 'days' | 'raw'>) {
  const { t } = useTranslation('metrics');
  const { data, error, refetch } = useQuery(valuesQuery(metric.key, days, !raw));
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <Skeleton height={56} />;
  const [main, others] = mainSeries(data.series);
  const points = main?.points ?? [];
  // Where there was nothing to divide by there is nothing to draw.
  const known = points.flatMap(({ value }) => (value === null ? [] : [value]));
  const drawn = known.length > 1 && known.some((value) => value !== 0);
  const shown = shownValue(main?.total ?? null, metric.unit, main?.currency ?? null);
  return (
    <>
      <Group justify="space-between" align="flex-end" wrap="nowrap">
        <Text size="xl" fw={600} className="tw-number">
          {shown}
        </Text>
        <Box w="55%" h={44}>
          {drawn && (
            <Suspense>
              <Sparkline
                h={44}
                data={known}
                color="blue.5"
                curveType="monotone"
                strokeWidth={1.5}
                role="img"
                aria-label={t('trend', {
                  name: metric.name,
                  first: shownValue(known[0] ?? null, metric.unit, main?.currency ?? null),
                  last: shownValue(known.at(-1) ?? null, metric.unit, main?.currency ?? null),
                  since: formatDate(data.since),
                })}
              />
            </Suspense>
          )}
        </Box>
      </Group>
      <Text size="xs" c="dimmed">
        {[
          metric.history
            ? t(metric.aggregation === 'balance' ? 'atEnd' : `period.${days}`)
            : t('now'),
          ...others.map((one) => shownValue(one.total, metric.unit, one.currency)),
          metric.variants.length > 0 && t(raw ? 'everything' : 'people'),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </>
  );
}

/** One metric: its number, its course and what it means. */
export function MetricCard({ metric, days, raw, mayWrite, onEdit }: MetricCardProps) {
  const { t } = useTranslation('metrics');
  const own = metric.custom;
  const remove = async () => {
    const sure = await askConfirm({
      title: t('remove.title', { name: metric.name }),
      message: t('remove.text'),
      confirm: t('remove.confirm'),
    });
    if (!sure || !own) return;
    try {
      await request('delete', `${METRICS}/${own.id}`, { version: own.version });
    } catch (error) {
      toastError(t('remove.failed'), error);
    }
    await invalidatePaths(METRICS);
  };
  return (
    <Card component="li">
      <Stack gap="xs" h="100%">
        <Group justify="space-between" wrap="nowrap" gap="xs" mih={28}>
          <Title order={3} size="sm" fw={500} className="tw-truncate" title={metric.name}>
            {metric.name}
          </Title>
          {own && (
            <Group gap={4} wrap="nowrap">
              <Badge variant="light" color="gray" size="sm">
                {t('own')}
              </Badge>
              {mayWrite && (
                <Menu position="bottom-end">
                  <Menu.Target>
                    <ActionIcon
                      variant="subtle"
                      color="gray"
                      aria-label={t('actions', { name: metric.name })}
                    >
                      <IconDotsVertical size={16} />
                    </ActionIcon>
                  </Menu.Target>
                  <Menu.Dropdown>
                    <Menu.Item onClick={onEdit}>{t('change')}</Menu.Item>
                    <Menu.Item c="var(--mantine-color-red-text)" onClick={() => void remove()}>
                      {t('remove.confirm')}
                    </Menu.Item>
                  </Menu.Dropdown>
                </Menu>
              )}
            </Group>
          )}
        </Group>
        <Figures metric={metric} days={days} raw={raw} />
        <Text size="sm" c="dimmed">
          {metric.description}
        </Text>
      </Stack>
    </Card>
  );
}
