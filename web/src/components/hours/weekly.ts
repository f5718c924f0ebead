export interface Range {
  /** "09:00" */
  start: string;
  /** "17:00"; "24:00" is the end of the day. */
  end: string;
}

export interface WeeklyEntry extends Range {
  /** ISO days, Monday is 1. */
  days: number[];
}

/** Ranges by day, Monday first. */
export type Week = readonly (readonly Range[])[];

export const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const DAY_MINUTES = 24 * 60;

/** "09:30" → 570. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** 570 → "09:30"; stays within the day. */
export function timeOf(minutes: number): string {
  const kept = Math.min(DAY_MINUTES, Math.max(0, minutes));
  return `${String(Math.floor(kept / 60)).padStart(2, '0')}:${String(kept % 60).padStart(2, '0')}`;
}

/** What people type for a time: "9", "930", "9:30", "17.30", "5pm". Undefined where it is none. */
export function parseTime(text: string): string | undefined {
  const found = /^(\d{1,2})(?:[:.h ]?(\d{2}))?\s*(am|pm|a|p)?$/i.exec(text.trim());
  if (!found) return undefined;
  let hours = Number(found[1]);
  const minutes = Number(found[2] ?? 0);
  const half = found[3]?.toLowerCase()[0];
  if (half) {
    if (hours < 1 || hours > 12) return undefined;
    hours = (hours % 12) + (half === 'p' ? 12 : 0);
  }
  const total = hours * 60 + minutes;
  return minutes < 60 && total <= DAY_MINUTES ? timeOf(total) : undefined;
}

/** The stored entries as one list of ranges a day. */
export function weekOf(entries: readonly WeeklyEntry[]): Week {
  return DAYS.map((day) =>
    entries
      .filter((entry) => entry.days.includes(day))
      .map(({ start, end }) => ({ start, end }))
      .sort((one, other) => minutesOf(one.start) - minutesOf(other.start)),
  );
}

/** The days with a range in common share one entry. */
export function entriesOf(week: Week): WeeklyEntry[] {
  const found = new Map<string, WeeklyEntry>();
  week.forEach((ranges, index) => {
    for (const { start, end } of ranges) {
      const entry = found.get(`${start}-${end}`) ?? { days: [], start, end };
      entry.days.push(index + 1);
      found.set(`${start}-${end}`, entry);
    }
  });
  return [...found.values()];
}

/** Where the next range of a day could lie: an hour after the last one, else office hours. */
export function nextRange(ranges: readonly Range[]): Range | undefined {
  if (ranges.length === 0) return { start: '09:00', end: '17:00' };
  const last = Math.max(...ranges.map(({ end }) => minutesOf(end)));
  const start = last + 60 < DAY_MINUTES ? last + 60 : last;
  return start < DAY_MINUTES
    ? { start: timeOf(start), end: timeOf(Math.min(start + 120, DAY_MINUTES)) }
    : undefined;
}

/** What is wrong with the ranges of a day. */
export function problemOf(ranges: readonly Range[]): 'reversed' | 'overlap' | undefined {
  if (ranges.some(({ start, end }) => minutesOf(start) >= minutesOf(end))) return 'reversed';
  const sorted = [...ranges].sort((one, other) => minutesOf(one.start) - minutesOf(other.start));
  const overlaps = sorted.some(
    ({ start }, index) => index > 0 && minutesOf(start) < minutesOf(sorted[index - 1]?.end ?? ''),
  );
  return overlaps ? 'overlap' : undefined;
}

/** Hours a week. */
export function hoursOf(week: Week): number {
  const minutes = week
    .flat()
    .reduce((sum, { start, end }) => sum + Math.max(0, minutesOf(end) - minutesOf(start)), 0);
  return minutes / 60;
}
