import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '@/app/format';
import { ChartCard } from '../chart-card';
import { BarChart } from '../charts';
import type { Report } from './rehearsal-report';

const COLOURS = ['blue.5', 'teal.5', 'violet.5', 'orange.5', 'pink.5', 'gray.5'];

/** What each day would bring: messages by channel, and tasks. */
export function VolumeChart({ report }: { report: Report }) {
  const { t } = useTranslation('journeys');
  const channels = Object.keys(report.messages);
  const series = channels.map((channel, index) => ({
    name: t(`channel.${channel as 'email'}`, { defaultValue: channel }),
    color: COLOURS[index % COLOURS.length] ?? 'gray.5',
  }));
  const rows = report.days.map(({ day, entered, messages, tasks }) => ({
    day: formatDate(day),
    [t('rehearse.entered')]: entered,
    [t('rehearse.tasks')]: tasks ?? 0,
    ...Object.fromEntries(
      series.map(({ name }, index) => [name, messages[channels[index] ?? ''] ?? 0]),
    ),
  }));
  const busiest = Math.max(
    0,
    ...report.days.map(({ messages }) =>
      Object.values(messages).reduce((all, one) => all + one, 0),
    ),
  );
  if (channels.length === 0) return null;
  return (
    <ChartCard
      title={t('rehearse.volume')}
      summary={t('rehearse.busiest', { count: busiest, shown: formatNumber(busiest) })}
      data={rows}
      columns={[
        { key: 'day', label: t('rehearse.day') },
        ...[t('rehearse.entered'), ...series.map(({ name }) => name), t('rehearse.tasks')].map(
          (name) => ({ key: name, label: name, align: 'end' as const }),
        ),
      ]}
    >
      <BarChart h={240} data={rows} dataKey="day" series={series} type="stacked" withLegend />
    </ChartCard>
  );
}
