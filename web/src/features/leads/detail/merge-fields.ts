import type { Lead } from '../queries';

export interface MergeField {
  /** Name as the merge takes it. */
  key: string;
  /** Key of its text, or the label itself for custom fields. */
  label: string;
  mine: string;
  other: string;
}

type Show = (key: string, lead: Lead) => string;

const FIELDS = [
  'name',
  'email',
  'phone',
  'company',
  'job_title',
  'status',
  'owner_id',
  'source',
  'country',
  'region',
  'city',
  'language',
  'time_zone',
  'website',
  'external_id',
] as const;

const COLUMN: Record<string, keyof Lead> = { name: 'full_name', company: 'company_name' };

/** A field of a lead as plain text. */
export function plainField(key: string, lead: Lead): string {
  const value = key.startsWith('custom.')
    ? lead.custom[key.slice('custom.'.length)]
    : lead[COLUMN[key] ?? (key as keyof Lead)];
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** Fields in which two leads differ: only there is something to choose. */
export function mergeFields(
  mine: Lead,
  other: Lead,
  custom: readonly { key: string; label: string }[],
  show: Show = plainField,
): MergeField[] {
  const all = [
    ...FIELDS.map((key) => ({ key: key as string, label: key as string })),
    ...custom.map(({ key, label }) => ({ key: `custom.${key}`, label })),
  ];
  return all
    .filter(({ key }) => plainField(key, mine) !== plainField(key, other))
    .map(({ key, label }) => ({ key, label, mine: show(key, mine), other: show(key, other) }));
}

/** What is kept before the person chooses: the own value, the other's where the own is empty. */
export function firstChoice(fields: readonly MergeField[]): Record<string, 'mine' | 'other'> {
  return Object.fromEntries(fields.map(({ key, mine }) => [key, mine ? 'mine' : 'other']));
}
