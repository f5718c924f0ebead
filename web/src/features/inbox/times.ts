import { formatDate, formatTime, readerLanguage } from '@/app/format';

const DAY_MS = 86_400_000;

/** A time as short as a list needs it: "14:05" today, "Mon" this week, else the day. */
export function shortTime(at: string, now: number): string {
  const when = new Date(at);
  if (when.toDateString() === new Date(now).toDateString()) return formatTime(at);
  if (now - when.getTime() < 6 * DAY_MS) {
    return new Intl.DateTimeFormat(readerLanguage(), { weekday: 'short' }).format(when);
  }
  if (when.getFullYear() === new Date(now).getFullYear()) {
    return new Intl.DateTimeFormat(readerLanguage(), { day: 'numeric', month: 'short' }).format(
      when,
    );
  }
  return formatDate(at);
}
