import { i18n } from './i18n';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

/** The reader's own variety of the language shown: "en-GB" writes dates and times unlike "en-US". */
export function readerLanguage(): string {
  const own = navigator.languages?.find((tag) => tag.split('-')[0] === i18n.language);
  return own ?? i18n.language;
}

function memo<T extends Intl.NumberFormat | Intl.DateTimeFormat | Intl.RelativeTimeFormat>(
  key: string,
  make: (language: string) => T,
): T {
  const language = readerLanguage();
  const full = `${language}|${key}`;
  let found = cache.get(full) as T | undefined;
  if (!found) {
    found = make(language);
    cache.set(full, found);
  }
  return found;
}

/** 1234.5 → "1,234.5" */
export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return memo(`n${JSON.stringify(options)}`, (l) => new Intl.NumberFormat(l, options)).format(
    value,
  );
}

/** 0.284 → "28 %" in the reader's manner. */
export function formatPercent(value: number, digits = 0): string {
  return formatNumber(value, { style: 'percent', maximumFractionDigits: digits });
}

/** 12400000 → "12M"; for tight places only. */
export function formatCompact(value: number): string {
  return formatNumber(value, { notation: 'compact', maximumFractionDigits: 1 });
}

/** Money from minor units (cents). Whole amounts lose their zeros. */
export function formatMoney(minor: number, currency: string, compact = false): string {
  const digits =
    memo(
      `c${currency}`,
      (l) => new Intl.NumberFormat(l, { style: 'currency', currency }),
    ).resolvedOptions().maximumFractionDigits ?? 2;
  const value = minor / 10 ** digits;
  return formatNumber(value, {
    style: 'currency',
    currency,
    ...(compact && Math.abs(value) >= 10_000
      ? { notation: 'compact', maximumFractionDigits: 1 }
      : { minimumFractionDigits: Number.isInteger(value) ? 0 : digits }),
  });
}

type Moment = string | number | Date;

/** "21 Nov 2026" */
export function formatDate(value: Moment): string {
  return memo('d', (l) => new Intl.DateTimeFormat(l, { dateStyle: 'medium' })).format(
    new Date(value),
  );
}

/** "7 – 31 Oct 2026" */
export function formatSpan(begin: Moment, end: Moment): string {
  const format = memo('d', (l) => new Intl.DateTimeFormat(l, { dateStyle: 'medium' }));
  return format.formatRange(new Date(begin), new Date(end));
}

/** "21 Nov 2026, 14:05" */
export function formatDateTime(value: Moment): string {
  return memo(
    'dt',
    (l) => new Intl.DateTimeFormat(l, { dateStyle: 'medium', timeStyle: 'short' }),
  ).format(new Date(value));
}

/** "14:05" */
export function formatTime(value: Moment): string {
  return memo('t', (l) => new Intl.DateTimeFormat(l, { timeStyle: 'short' })).format(
    new Date(value),
  );
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 min ago", "in 2 days"; under a minute "now". */
export function formatRelative(value: Moment, now: number = Date.now()): string {
  const seconds = (new Date(value).getTime() - now) / 1000;
  const format = memo(
    'r',
    (l) => new Intl.RelativeTimeFormat(l, { numeric: 'auto', style: 'short' }),
  );
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** Bytes in the reader's units: "3.4 MB". */
export function formatBytes(value: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  let index = 0;
  let size = value;
  while (size >= 1000 && index < units.length - 1) {
    size /= 1000;
    index += 1;
  }
  return formatNumber(size, {
    style: 'unit',
    unit: units[index] ?? 'byte',
    unitDisplay: index === 0 ? 'long' : 'short',
    maximumFractionDigits: index === 0 ? 0 : 1,
  });
}

const regions = new Map<string, Intl.DisplayNames>();

/** "DE" → "Germany"; what is no country code stays as it is. */
export function formatCountry(code: string | null | undefined): string {
  if (!code || !/^[A-Z]{2}$/.test(code)) return code ?? '';
  const language = i18n.language;
  const names = regions.get(language) ?? new Intl.DisplayNames(language, { type: 'region' });
  regions.set(language, names);
  return names.of(code) ?? code;
}

/** Two letters for an avatar. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0]?.[0] ?? '?';
  const last = words.length > 1 ? (words[words.length - 1]?.[0] ?? '') : '';
  return (first + last).toUpperCase();
}
