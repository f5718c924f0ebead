import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatTime, readerLanguage } from '@/app/format';
import type { Meeting } from '@/components/booking/queries';

export type Outcome = 'now' | 'upcoming' | 'past' | 'pending' | 'cancelled' | 'no_show';

const COLOURS: Record<Outcome, string> = {
  now: 'green',
  upcoming: 'blue',
  past: 'gray',
  pending: 'yellow',
  cancelled: 'gray',
  no_show: 'red',
};

/** How a meeting stands at a moment. */
export function outcomeOf(
  meeting: Pick<Meeting, 'state' | 'starts_at' | 'ends_at' | 'no_show_at'>,
  now: number = Date.now(),
): Outcome {
  if (meeting.state === 'cancelled') return 'cancelled';
  if (meeting.no_show_at) return 'no_show';
  if (meeting.state === 'pending') return 'pending';
  if (Date.parse(meeting.ends_at) <= now) return 'past';
  return Date.parse(meeting.starts_at) <= now ? 'now' : 'upcoming';
}

export function OutcomeBadge({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation('meetings');
  const outcome = outcomeOf(meeting);
  return (
    <Badge color={COLOURS[outcome]} miw="max-content">
      {t(`outcome.${outcome}`)}
    </Badge>
  );
}

/** "Today", "Tomorrow", "Yesterday", else "Tue 24 Nov"; with the year where it is another one. */
export function dayWords(at: string, now: Date = new Date()): string {
  const day = new Date(at);
  const midnight = (date: Date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(day) - midnight(now)) / 86_400_000);
  if (Math.abs(days) < 2) {
    const words = new Intl.RelativeTimeFormat(readerLanguage(), { numeric: 'auto' }).format(
      days,
      'day',
    );
    return words.charAt(0).toUpperCase() + words.slice(1);
  }
  return day.toLocaleDateString(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(day.getFullYear() === now.getFullYear() ? {} : { year: 'numeric' }),
  });
}

/** "14:00 – 14:45" */
export function span({ starts_at, ends_at }: Pick<Meeting, 'starts_at' | 'ends_at'>): string {
  return `${formatTime(starts_at)} – ${formatTime(ends_at)}`;
}
