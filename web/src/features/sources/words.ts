import type { TFunction } from 'i18next';

/** What an event is called: the name of a track, else its type with what tells it apart. */
export function eventTitle(
  t: TFunction,
  { type, name, path }: { type: string; name: string; path?: string | null },
): string {
  if (type === 'track') return name || t('type.track');
  const detail = path || name;
  return detail ? `${t(`type.${type}`)} · ${detail}` : t(`type.${type}`);
}

/** What a kind of event is called in lists of kinds. */
export function kindTitle(t: TFunction, { type, name }: { type: string; name: string }): string {
  return name ? (type === 'track' ? name : `${t(`types.${type}`)} · ${name}`) : t(`types.${type}`);
}

const precise = new Intl.DateTimeFormat(navigator.languages?.[0], {
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** To the second: what arrives is told apart by it. */
export function formatMoment(value: string): string {
  return precise.format(new Date(value));
}
