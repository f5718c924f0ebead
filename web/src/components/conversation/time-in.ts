import { readerLanguage } from '@/app/format';

/** "Mon 23 Nov, 09:00" on the clock of a zone; without one on the reader's own. */
export function timeIn(zone: string | undefined, at: string): string {
  const format = new Intl.DateTimeFormat(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    ...(zone ? { timeZone: zone } : {}),
  });
  return format.format(new Date(at));
}
