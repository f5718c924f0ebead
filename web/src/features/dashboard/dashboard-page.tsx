import { ActionIcon, Group, SimpleGrid, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDate, formatMoney, formatNumber, formatRelative } from '@/app/format';
import { IconRefresh } from '@/app/icons';
import { ChartCard } from '@/components/chart-card';
import { AreaChart, BarChart, Sparkline } from '@/components/charts';
import { LinkAnchor } from '@/components/link-anchor';
import { OnboardingChecklist } from '@/components/onboarding-checklist';
import { onboardingQuery } from '@/components/onboarding-query';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState } from '@/components/page-states';
import { StatCard } from '@/components/stat-card';
import classes from './dashboard.module.css';
import { FeedCard } from './feed-card';
import { figure, openStages } from './figures';
import { type Dashboard, dashboardQuery } from './queries';
import { ScoreCard } from './score-card';
import { TaskCard } from './task-card';

function KeyNumbers({ data }: { data: Dashboard | undefined }) {
  const { t } = useTranslation('dashboard');
  const numbers = data?.key_numbers ?? [undefined, undefined, undefined, undefined];
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
      {numbers.map((number, index) => (
        <StatCard
          // biome-ignore lint/suspicious/noArrayIndexKey: the four places are fixed
          key={index}
          label={number?.label ?? ' '}
          value={number && figure(number)}
          change={number?.change}
          hint={
            number?.change == null ? number?.description : t('period', { days: data?.period_days })
          }
        >
          <div aria-hidden>
            {number && (number.series?.length ?? 0) > 1 && (
              <Sparkline
                h={32}
                data={number.series ?? []}
                color="blue.5"
                curveType="monotone"
                strokeWidth={1.5}
              />
            )}
          </div>
        </StatCard>
      ))}
    </SimpleGrid>
  );
}

function NewLeadsChart({ data }: { data: Dashboard | undefined }) {
  const { t } = useTranslation('dashboard');
  const days = data?.new_leads.days.map((day) => ({
    date: formatDate(day.date),
    [t('newLeads.current')]: day.count,
    [t('newLeads.previous')]: day.previous,
  }));
  const series = [
    { name: t('newLeads.current'), color: 'blue.5' },
    { name: t('newLeads.previous'), color: 'gray.5', strokeDasharray: '4 4' },
  ];
  const none = data && data.new_leads.total + data.new_leads.previous_total === 0;
  return (
    <ChartCard
      title={t('newLeads.title')}
      summary={
        data &&
        t('newLeads.summary', {
          total: formatNumber(data.new_leads.total),
          previous: formatNumber(data.new_leads.previous_total),
          days: data.period_days,
        })
      }
      data={none ? [] : days}
      columns={[
        { key: 'date', label: t('newLeads.day') },
        ...series.map(({ name }) => ({ key: name, label: name, align: 'end' as const })),
      ]}
      empty={<Text c="dimmed">{t('newLeads.empty')}</Text>}
    >
      <AreaChart
        h={240}
        data={days ?? []}
        dataKey="date"
        series={series}
        withGradient={false}
        fillOpacity={0.1}
        withDots={false}
        curveType="monotone"
        gridAxis="x"
        withLegend
        legendProps={{ itemSorter: null }}
        xAxisProps={{ minTickGap: 48 }}
      />
    </ChartCard>
  );
}

function PipelineChart({ data }: { data: Dashboard | undefined }) {
  const { t } = useTranslation('dashboard');
  const { currency, stages } = openStages(data?.pipeline_value.stages ?? []);
  const totals = data?.pipeline_value.totals ?? [];
  const total = totals.find((entry) => entry.currency === currency);
  const others = totals.filter((entry) => entry.currency !== currency && entry.deals > 0);
  const rows = stages.map((stage) => ({
    stage: stage.stage,
    deals: stage.deals,
    [t('pipeline.amount')]: stage.amount_minor,
    [t('pipeline.weighted')]: stage.weighted_minor,
  }));
  const money = (value: unknown) => formatMoney(Number(value), currency, true);
  const summary = [
    total &&
      t('pipeline.summary', {
        amount: formatMoney(total.amount_minor, currency, true),
        weighted: formatMoney(total.weighted_minor, currency, true),
        deals: formatNumber(total.deals),
      }),
    others.length > 0 &&
      t('pipeline.other', {
        list: others
          .map((entry) => formatMoney(entry.amount_minor, entry.currency, true))
          .join(', '),
      }),
  ];
  return (
    <ChartCard
      title={data?.pipeline_value.name ?? t('pipeline.title')}
      summary={data && summary.filter(Boolean).join(' ')}
      data={data && (total && total.deals > 0 ? rows : [])}
      columns={[
        { key: 'stage', label: t('pipeline.stage') },
        { key: 'deals', label: t('pipeline.deals'), align: 'end' },
        { key: t('pipeline.amount'), label: t('pipeline.amount'), align: 'end', format: money },
        { key: t('pipeline.weighted'), label: t('pipeline.weighted'), align: 'end', format: money },
      ]}
      empty={<Text c="dimmed">{t('pipeline.empty')}</Text>}
      beside={
        <LinkAnchor to={'/deals' as never} className={classes.short ?? ''}>
          {t('pipeline.board')}
        </LinkAnchor>
      }
    >
      <BarChart
        h={240}
        data={rows}
        dataKey="stage"
        series={[
          { name: t('pipeline.amount'), color: 'blue.5' },
          { name: t('pipeline.weighted'), color: 'teal.5' },
        ]}
        valueFormatter={money}
        gridAxis="x"
        withLegend
        legendProps={{ itemSorter: null }}
        yAxisProps={{ width: 64 }}
      />
    </ChartCard>
  );
}

/** The start page: what came in, how good it is, what it is worth, what to do. */
export function DashboardPage() {
  const { t } = useTranslation('dashboard');
  const { data, error, refetch, isFetching } = useQuery(dashboardQuery());
  const onboarding = useQuery(onboardingQuery());
  const unfinished = onboarding.data?.steps.some((step) => !step.done);
  return (
    <Page>
      <PageHeader
        title={t('title')}
        actions={
          <Group gap="xs">
            <Text size="xs" c="dimmed">
              {data && t('asOf', { when: formatRelative(data.as_of) })}
            </Text>
            <Tooltip label={t('refresh')}>
              <ActionIcon
                aria-label={t('refresh')}
                loading={isFetching && data !== undefined}
                onClick={() => void refetch()}
              >
                <IconRefresh size={16} />
              </ActionIcon>
            </Tooltip>
          </Group>
        }
      />
      {error && !data ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <>
          <KeyNumbers data={data} />
          <div className={classes.columns}>
            <div>
              <NewLeadsChart data={data} />
              <PipelineChart data={data} />
              <FeedCard entries={data?.activity} />
            </div>
            <div>
              {unfinished && <OnboardingChecklist />}
              <ScoreCard scores={data?.score_distribution} />
              <TaskCard tasks={data?.tasks} />
            </div>
          </div>
        </>
      )}
    </Page>
  );
}
