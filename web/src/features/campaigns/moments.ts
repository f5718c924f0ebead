/** A moment as a field of date and time shows it, in the reader's own zone: "2026-11-22T09:30". */
export function toLocal(moment: string | null): string {
  if (!moment) return '';
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What such a field holds, as a moment; empty is none. */
export const fromLocal = (text: string): string | null =>
  text ? new Date(text).toISOString() : null;

/** The day some days after another, both as "2026-11-22". */
export function daysAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The Monday of the week a day is in. */
export function mondayOf(day: string): string {
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return daysAfter(day, -((weekday + 6) % 7));
}

/** Today on the reader's calendar. */
export const today = (): string => toLocal(new Date().toISOString()).slice(0, 10);
