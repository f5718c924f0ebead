/** Words of the widget in the visitor's language; each language is a small file of its own. */
import en from './texts/en.json';

export type Texts = typeof en;
export type TextKey = keyof Texts;

const OTHERS: Record<string, () => Promise<{ default: Partial<Texts> }>> = {
  de: () => import('./texts/de.json'),
  es: () => import('./texts/es.json'),
  fr: () => import('./texts/fr.json'),
  it: () => import('./texts/it.json'),
  pt: () => import('./texts/pt.json'),
  nl: () => import('./texts/nl.json'),
  pl: () => import('./texts/pl.json'),
  ar: () => import('./texts/ar.json'),
};

let texts: Texts = en;
/** How dates and numbers are written: as at home, where home speaks the widget's language. */
let locale = homeOf('en');

/** Take the words of a language over; English stands in for what is missing. */
export async function loadTexts(wanted: string): Promise<void> {
  const found = await OTHERS[wanted]?.().catch(() => null);
  if (!found) return;
  texts = { ...en, ...found.default };
  locale = homeOf(wanted);
}

function homeOf(spoken: string): string {
  return navigator.languages.find((one) => one.split('-')[0] === spoken) ?? spoken;
}

export function t(key: TextKey, facts: Record<string, string | number> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? ''));
}

/** `14:05`, in the visitor's own time. */
export function timeText(at: string): string {
  return new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(new Date(at));
}

/** `Tuesday, 24 November`. */
export function dayText(at: string, form: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: form,
    day: 'numeric',
    month: form,
  }).format(new Date(at));
}

/** The day of an instant in the visitor's own zone, to tell days apart. */
export function dayKey(at: string): string {
  return new Date(at).toDateString();
}

/** `12 kB`. */
export function sizeText(bytes: number): string {
  const unit = bytes < 1024 ** 2 ? 'kilobyte' : 'megabyte';
  const value = bytes / (unit === 'kilobyte' ? 1024 : 1024 ** 2);
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit,
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}
