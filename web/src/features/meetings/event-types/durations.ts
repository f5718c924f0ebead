export const UNITS = ['minutes', 'hours', 'days'] as const;
export type Unit = (typeof UNITS)[number];
export const SIZES: Record<Unit, number> = { minutes: 1, hours: 60, days: 1440 };

/** The largest unit that writes so many minutes as a whole number: 2880 → 2 days. */
export function splitDuration(minutes: number): { value: number; unit: Unit } {
  for (const unit of ['days', 'hours'] as const) {
    if (minutes > 0 && minutes % SIZES[unit] === 0) return { value: minutes / SIZES[unit], unit };
  }
  return { value: minutes, unit: 'minutes' };
}

/** "1, 30 min" as people type lengths: unique whole minutes in the order given, first is the usual one. */
export function lengthsOf(texts: readonly string[]): number[] {
  const found = texts.map((text) => Number.parseInt(text, 10));
  return [...new Set(found.filter((minutes) => minutes >= 5 && minutes <= 1440))];
}
