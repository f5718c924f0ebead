/** Texts of the page's language, and dates and times as the visitor writes them. */
import type { Day, Month } from './dates.ts';

export type HourCycle = 'h12' | 'h23';

let texts: Record<string, string> = {};
let language = 'en';
let locale = 'en';

/** Take the texts that came with the page. Dates follow the visitor's own region where the language is theirs. */
export function takeTexts(given: Record<string, string>, of: string): void {
  texts = given;
  language = of;
  locale = navigator.languages?.find((known) => known.split('-')[0] === of) ?? of;
}

/** The locale of dates: `en-GB` for a British visitor who reads English. */
export const currentLocale = (): string => locale;

export const currentLanguage = (): string => language;

/** A text by its key; `{name}` is replaced. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  return (texts[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(values[name] ?? whole),
  );
}

/** A text with a number in it: `key_one` or `key_other`. */
export function count(key: string, number: number): string {
  const form = new Intl.PluralRules(language).select(number) === 'one' ? 'one' : 'other';
  return t(`${key}_${form}`, { n: number });
}

/** Whether the visitor's region counts hours to 12 or to 24. */
export function usualHours(): HourCycle {
  const cycle = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hourCycle;
  return cycle === 'h12' || cycle === 'h11' ? 'h12' : 'h23';
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let found = made.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    made.set(key, found);
  }
  return found;
}

/** `14:30` or `2:30 pm`. */
export function timeText(instant: number, zone: string, hours: HourCycle): string {
  return formatter({
    timeZone: zone,
    hourCycle: hours,
    hour: hours === 'h12' ? 'numeric' : '2-digit',
    minute: '2-digit',
  }).format(instant);
}

/** `Tuesday, 5 May 2026` of a day or of an instant in a zone. */
export function dayText(of: Day | number, zone = 'UTC'): string {
  return formatter({
    timeZone: typeof of === 'number' ? zone : 'UTC',
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  }).format(typeof of === 'number' ? of : Date.parse(`${of}T00:00:00Z`));
}

/** `Tuesday, 5 May`, or with `short` `Tue, 5 May`. */
export function shortDayText(of: Day, width: 'long' | 'short' = 'long'): string {
  return formatter({ timeZone: 'UTC', weekday: width, day: 'numeric', month: width }).format(
    Date.parse(`${of}T00:00:00Z`),
  );
}

/** `May 2026`. */
export function monthText(month: Month): string {
  return formatter({ timeZone: 'UTC', month: 'long', year: 'numeric' }).format(
    Date.parse(`${month}-01T00:00:00Z`),
  );
}

/** Names of a weekday (ISO number), short for the eye and long for the ear. */
export function weekdayTexts(number: number): { short: string; long: string } {
  // 1 January 2024 was a Monday.
  const instant = Date.UTC(2024, 0, number);
  const named = (weekday: 'short' | 'long') =>
    formatter({ timeZone: 'UTC', weekday }).format(instant);
  return { short: named('short'), long: named('long') };
}

/** `10:00 – 10:30`. */
export function spanText(start: number, end: number, zone: string, hours: HourCycle): string {
  return `${timeText(start, zone, hours)} – ${timeText(end, zone, hours)}`;
}

/** `GMT+2`: how far the zone is from UTC at that instant. */
export function offsetText(instant: number, zone: string): string {
  const parts = formatter({ timeZone: zone, timeZoneName: 'shortOffset' }).formatToParts(instant);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
}
