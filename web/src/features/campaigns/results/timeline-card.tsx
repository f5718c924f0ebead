import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '@/app/format';
import { chartColors } from '@/app/theme';
import { ChartCard } from '@/components/chart-card';
import { CompositeChart } from '@/components/charts';
import { amounts } from '../figures';
import type { Campaign, Day } from '../queries';
import { timelineQuery } from './queries';

const DAYS = 30;
const FIGURES = ['planned', 'opened', 'clicked', 'replied'] as const;

const sum = (day: Day, figure: (typeof FIGURES)[number] | 'sent') =>
  day.channels.reduce((all, channel) => all + channel[figure], 0);

/** Day by day and channel: what left and what is planned, what people did, and the goals. */
export function TimelineCard({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { data, error, refetch } = useQuery(timelineQuery(campaign.id, DAYS));
  const channels = [
    ...new Set(data?.days.flatMap((day) => day.channels.map(({ channel }) => channel)) ?? []),
  ];
  const nameOf = (channel: string) => t(`channel.${channel as 'email'}`, { defaultValue: channel });
  const rows = data?.days.map((day) => ({
    day: formatDate(day.day),
    ...Object.fromEntries(
      channels.map((channel) => [
        nameOf(channel),
        day.channels.find((one) => one.channel === channel)?.sent ?? 0,
      ]),
    ),
    ...Object.fromEntries(FIGURES.map((figure) => [t(`timeline.${figure}`), sum(day, figure)])),
    [t('timeline.goals')]: day.goals,
    [t('timeline.spend')]: amounts(day.spend),
  }));
  const sent = data?.days.reduce((all, day) => all + sum(day, 'sent'), 0) ?? 0;
  const goals = data?.days.reduce((all, day) => all + day.goals, 0) ?? 0;
  const series = [
    ...channels.map((channel, index) => ({
      name: nameOf(channel),
      color: chartColors[index % chartColors.length] ?? 'blue.5',
      type: 'bar' as const,
    })),
    { name: t('timeline.planned'), color: 'gray.5', type: 'bar' as const },
    // Few against the messages: on a scale of their own.
    {
      name: t('timeline.goals'),
      color: 'teal.5',
      type: 'line' as const,
      yAxisId: 'right',
    },
  ];
  const quiet =
    rows !== undefined &&
    sent === 0 &&
    goals === 0 &&
    !data?.days.some((day) => sum(day, 'planned'));
  return (
    <ChartCard
      title={t('timeline.title')}
      summary={
        data &&
        t('timeline.summary', {
          sent: formatNumber(sent),
          goals: formatNumber(goals),
          days: data.days.length,
        })
      }
      data={quiet ? [] : rows}
      error={error}
      onRetry={() => void refetch()}
      empty={
        <Text size="sm" c="dimmed">
          {t('timeline.none')}
        </Text>
      }
      columns={[
        { key: 'day', label: t('timeline.day') },
        ...[
          ...channels.map(nameOf),
          ...FIGURES.map((figure) => t(`timeline.${figure}`)),
          t('timeline.goals'),
          t('timeline.spend'),
        ].map((name) => ({ key: name, label: name, align: 'end' as const })),
      ]}
    >
      <CompositeChart
        h={240}
        data={rows ?? []}
        dataKey="day"
        series={series}
        withLegend
        withRightYAxis
        curveType="linear"
        maxBarWidth={40}
        barProps={{ stackId: 'messages' }}
        rightYAxisProps={{ allowDecimals: false }}
      />
    </ChartCard>
  );
}
