import { Button, Group, SegmentedControl, SimpleGrid, Stack, Switch, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { MetricCard } from './metric-card';
import { MetricDialog } from './metric-dialog';
import classes from './metrics.module.css';
import { type Metric, metricsQuery } from './queries';
import { PERIODS } from './search';

const route = getRouteApi('/_app/analytics/metrics');

const GROUPS = ['leads', 'deals', 'activities', 'sessions'] as const;
const NEW = 'new';

/** What is counted, what it means and how it goes; metrics of one's own among them. */
export function MetricsPage() {
  const { t } = useTranslation('metrics');
  const { days = 30, raw = false, edit } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(metricsQuery());
  const mayWrite = useMay('metrics:write');
  const change = (search: { days?: 90 | 365; raw?: true; edit?: string }) =>
    void navigate({ search, replace: true });
  const kept = {
    ...(days === 30 ? {} : { days }),
    ...(raw ? { raw: true as const } : {}),
  };
  const edited = data?.items.find((metric) => metric.custom && metric.custom.id === edit);
  const cards = (metrics: readonly Metric[]) => (
    <SimpleGrid
      component="ul"
      type="container"
      cols={{ base: 1, '640px': 2, '900px': 3, '1120px': 4 }}
      spacing="md"
      m={0}
      p={0}
      className={classes.list}
    >
      {metrics.map((metric) => (
        <MetricCard
          key={metric.key}
          metric={metric}
          days={days}
          raw={raw}
          mayWrite={mayWrite}
          onEdit={() => metric.custom && change({ ...kept, edit: metric.custom.id })}
        />
      ))}
    </SimpleGrid>
  );
  return (
    <Page layout="wide">
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlus size={16} />}
              onClick={() => change({ ...kept, edit: NEW })}
            >
              {t('form.new')}
            </Button>
          )
        }
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {data && (
        <Stack gap="lg">
          <Group justify="space-between">
            <SegmentedControl
              aria-label={t('periodLabel')}
              value={String(days)}
              data={PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))}
              onChange={(value) => {
                const chosen = Number(value);
                const { days: _, ...others } = kept as { days?: number; raw?: true };
                change(chosen === 30 ? others : { ...others, days: chosen as 90 | 365 });
              }}
            />
            <Switch
              label={t('rawLabel')}
              checked={raw}
              onChange={(event) => {
                const { raw: _, ...others } = kept as { days?: 90 | 365; raw?: true };
                change(event.currentTarget.checked ? { ...others, raw: true } : others);
              }}
            />
          </Group>
          {GROUPS.map((group) => {
            const metrics = data.items.filter(({ entity }) => entity === group);
            return (
              <Stack component="section" gap="sm" key={group} aria-label={t(`group.${group}`)}>
                <Title order={2} size="h4">
                  {t(`group.${group}`)}
                </Title>
                {cards(metrics)}
              </Stack>
            );
          })}
        </Stack>
      )}
      {data && mayWrite && (edit === NEW || edited) && (
        <MetricDialog metric={edited} entities={data.entities} onClose={() => change(kept)} />
      )}
    </Page>
  );
}
