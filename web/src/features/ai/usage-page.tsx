import { Button, Group, SegmentedControl, SimpleGrid, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatCompact, formatDate, formatNumber } from '@/app/format';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ChartCard } from '@/components/chart-card';
import { BarChart } from '@/components/charts';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState } from '@/components/page-states';
import { StatCard } from '@/components/stat-card';
import { BudgetsCard } from './budgets-card';
import { CompareCard } from './compare-card';
import { type Usage, usageQuery } from './queries';
import { PERIODS } from './search';
import { UsageTable } from './usage-table';
import { dayAgo, formatCost, toDollars } from './words';

const route = getRouteApi('/_app/settings/ai/usage');
const NEW = 'new';

function Figures({ usage }: { usage: Usage | undefined }) {
  const { t } = useTranslation('ai');
  const total = usage?.total;
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
      <StatCard
        label={t('usage.cost')}
        value={total && formatCost(total.cost_microusd)}
        hint={total?.unpriced ? t('usage.unpriced', { count: total.unpriced }) : undefined}
      />
      <StatCard
        label={t('usage.calls')}
        value={total && formatNumber(total.calls)}
        hint={total?.failures ? t('usage.failed', { count: total.failures }) : undefined}
      />
      <StatCard label={t('usage.tokensIn')} value={total && formatCompact(total.input_tokens)} />
      <StatCard label={t('usage.tokensOut')} value={total && formatCompact(total.output_tokens)} />
    </SimpleGrid>
  );
}

function Days({ days, usage }: { days: number; usage: ReturnType<typeof useUsage> }) {
  const { t } = useTranslation('ai');
  const rows = usage.data?.rows ?? [];
  const byDay = new Map(rows.map((row) => [row.key, row.cost_microusd]));
  const data =
    usage.data &&
    Array.from({ length: days }, (_, index) => {
      const day = dayAgo(days - 1 - index);
      return { day, cost: toDollars(byDay.get(day) ?? 0) };
    });
  const most = rows.reduce<(typeof rows)[number] | undefined>(
    (best, row) => (best && best.cost_microusd >= row.cost_microusd ? best : row),
    undefined,
  );
  const summary =
    most && most.cost_microusd > 0
      ? t('usage.perDaySummary', {
          cost: formatCost(usage.data?.total.cost_microusd ?? 0),
          days,
          day: formatDate(most.key ?? ''),
        })
      : t('usage.perDayNothing');
  return (
    <ChartCard
      title={t('usage.perDay')}
      summary={usage.data && summary}
      data={data}
      columns={[
        { key: 'day', label: t('usage.day'), format: (day) => formatDate(String(day)) },
        {
          key: 'cost',
          label: t('usage.cost'),
          align: 'end',
          format: (cost) => formatCost(Number(cost) * 1_000_000),
        },
      ]}
      error={usage.error}
      onRetry={() => void usage.refetch()}
    >
      <BarChart
        h={240}
        data={data ?? []}
        dataKey="day"
        series={[{ name: 'cost', label: t('usage.cost'), color: 'blue.6' }]}
        gridAxis="x"
        xAxisProps={{ tickFormatter: (day: string) => formatDate(day) }}
        valueFormatter={(value) => formatCost(value * 1_000_000)}
      />
    </ChartCard>
  );
}

function useUsage(groupBy: Usage['group_by'], days: number) {
  return useQuery(usageQuery(groupBy, dayAgo(days - 1), dayAgo(0)));
}

/** What models cost, what may be spent, and how models compare. */
export function UsagePage() {
  const { t } = useTranslation('ai');
  const { days = 30, by = 'feature', budget } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('ai:write');
  const usage = useUsage('day', days);
  const grouped = useUsage(by, days);
  const change = (next: { days?: number; by?: string; budget?: string | undefined }) =>
    void navigate({
      search: (old) => {
        const merged = { ...old, ...next };
        return {
          ...(merged.days === 7 || merged.days === 90 ? { days: merged.days } : {}),
          ...(merged.by === 'task' || merged.by === 'model' ? { by: merged.by } : {}),
          ...(merged.budget ? { budget: merged.budget } : {}),
        } as never;
      },
      replace: true,
    });
  return (
    <Page layout="wide">
      <PageHeader
        title={t('usage.title')}
        description={t('usage.text')}
        actions={
          <>
            <LinkButton variant="default" to="/settings/ai">
              {t('usage.toModels')}
            </LinkButton>
            {mayWrite && (
              <Button leftSection={<IconPlus size={16} />} onClick={() => change({ budget: NEW })}>
                {t('budgets.new')}
              </Button>
            )}
          </>
        }
      />
      <Stack gap="md">
        <Group>
          <SegmentedControl
            aria-label={t('usage.period')}
            value={String(days)}
            data={PERIODS.map((value) => ({
              value: String(value),
              label: t('usage.days', { count: value }),
            }))}
            onChange={(value) => change({ days: Number(value) })}
          />
        </Group>
        <Figures usage={usage.data} />
        {usage.data?.total.calls === 0 ? (
          <EmptyState title={t('usage.empty')} compact>
            {t('usage.emptyText')}
          </EmptyState>
        ) : (
          <SimpleGrid type="container" cols={{ base: 1, '900px': 2 }} spacing="md">
            <Days days={days} usage={usage} />
            <UsageTable by={by} usage={grouped} onChange={(value) => change({ by: value })} />
          </SimpleGrid>
        )}
        <SimpleGrid type="container" cols={{ base: 1, '900px': 2 }} spacing="md">
          <BudgetsCard
            mayWrite={mayWrite}
            edited={budget}
            onEdit={(id) => change({ budget: id })}
          />
          {mayWrite && <CompareCard />}
        </SimpleGrid>
      </Stack>
    </Page>
  );
}
