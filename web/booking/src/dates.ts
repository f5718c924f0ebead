/** Calendar arithmetic on texts: a day is `2026-05-04`, a month `2026-05`; both compare as they stand. */

export type Day = string;
export type Month = string;

const DAY_MILLISECONDS = 86_400_000;
const SUNDAY_REGIONS =
  /-(US|CA|MX|BR|JP|KR|TW|HK|IL|IN|AU|ZA|PH|CO|PE|VE|GT|SG|TH)\b|^(en|he|ja|ko|pt)$/;
const SATURDAY_REGIONS = /-(AE|AF|BH|DZ|EG|IQ|IR|JO|KW|LY|OM|QA|SD|SY)\b|^(ar|fa)$/;

const utc = (day: Day) => Date.parse(`${day}T00:00:00Z`);
const text = (milliseconds: number): Day => new Date(milliseconds).toISOString().slice(0, 10);

/** The month of a day. */
export const monthOf = (day: Day): Month => day.slice(0, 7);

/** The day `count` days later (or earlier). */
export const addDays = (day: Day, count: number): Day => text(utc(day) + count * DAY_MILLISECONDS);

/** The month `count` months later (or earlier). */
export function addMonths(month: Month, count: number): Month {
  return new Date(Date.UTC(+month.slice(0, 4), +month.slice(5) - 1 + count, 1))
    .toISOString()
    .slice(0, 7);
}

/** The same day of another month, or that month's last one: 31 January and one month is 28 February. */
export function moveMonths(day: Day, count: number): Day {
  const month = addMonths(monthOf(day), count);
  const last = addDays(`${addMonths(month, 1)}-01`, -1);
  const same = `${month}${day.slice(7)}`;
  return same < last ? same : last;
}

/** ISO number of the weekday, Monday 1 … Sunday 7. */
export const weekday = (day: Day): number => new Date(utc(day)).getUTCDay() || 7;

/** The weekday that weeks start with where people write like this: ISO number. */
export function firstWeekday(locale: string): number {
  const known = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?: () => { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  const stated = known.getWeekInfo?.().firstDay ?? known.weekInfo?.firstDay;
  if (stated) return stated;
  return SATURDAY_REGIONS.test(locale) ? 6 : SUNDAY_REGIONS.test(locale) ? 7 : 1;
}

/** Six weeks of seven days, always: no month is higher than another. Days of other months are null. */
export function weeksOf(month: Month, first: number): (Day | null)[][] {
  const start = `${month}-01`;
  const before = (weekday(start) - first + 7) % 7;
  return Array.from({ length: 6 }, (_, week) =>
    Array.from({ length: 7 }, (_, column) => {
      const day = addDays(start, week * 7 + column - before);
      return monthOf(day) === month ? day : null;
    }),
  );
}

/** First and last instant that can fall into the month anywhere on earth, in milliseconds. */
export function boundsOf(month: Month): [number, number] {
  const hours = 3_600_000;
  return [utc(`${month}-01`) - 14 * hours, utc(`${addMonths(month, 1)}-01`) + 12 * hours];
}

/** Gives the local calendar day of instants (milliseconds) in a zone. */
export function dayIn(zone: string): (instant: number) => Day {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const exactly = (instant: number): number => {
    const found: Record<string, number> = {};
    for (const part of parts.formatToParts(instant)) found[part.type] = +part.value;
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = found;
    return Date.UTC(year, month - 1, day, hour, minute) - Math.floor(instant / 60_000) * 60_000;
  };
  // Formatting is slow: a UTC day that has one offset at both ends is asked only twice.
  const offsets = new Map<number, number | null>();
  return (instant) => {
    const start = Math.floor(instant / DAY_MILLISECONDS);
    let offset = offsets.get(start);
    if (offset === undefined) {
      const first = exactly(start * DAY_MILLISECONDS);
      offset = first === exactly((start + 1) * DAY_MILLISECONDS - 60_000) ? first : null;
      offsets.set(start, offset);
    }
    return text(instant + (offset ?? exactly(instant)));
  };
}
