import type { Schema } from '@/api/api';
import type { Import, Suggestion } from './queries';

/** What the user decided for one column. */
export interface Choice {
  source: string;
  /** A field key, `new` for a custom field of its own, or `ignore`. */
  target: string;
  usedForScoring: boolean;
  /** Name and kind of the field `new` makes. */
  label: string;
  kind: FieldKind;
}

export type FieldKind = Schema<'CustomFieldRead'>['kind'];

export const KINDS: FieldKind[] = [
  'text',
  'number',
  'date',
  'datetime',
  'boolean',
  'select',
  'multi_select',
  'url',
];

export const KEYS = ['id', 'external_id', 'email', 'phone'] as const;
export type MatchKey = (typeof KEYS)[number];

export const NEW = '+new';
export const IGNORE = '+ignore';

type Column = Record<string, unknown>;

function choiceOf(suggestion: Suggestion, stored: Column | undefined): Choice {
  const from = stored ?? (suggestion as unknown as Column);
  // The server names the field to come as a target too; it is still to be made.
  const target = from.create ? NEW : from.target ? String(from.target) : IGNORE;
  const create = (from.create ?? suggestion.create ?? {}) as { label?: string; kind?: FieldKind };
  return {
    source: suggestion.source,
    target,
    usedForScoring: Boolean(from.used_for_scoring ?? suggestion.used_for_scoring),
    label: create.label ?? suggestion.source,
    kind: create.kind ?? 'text',
  };
}

/** The stored mapping, or the suggestions where nothing was chosen yet. */
export function initialChoices(entry: Import): Choice[] {
  const stored = new Map(entry.mapping?.columns.map((column) => [String(column.source), column]));
  return entry.suggestions.map((suggestion) => choiceOf(suggestion, stored.get(suggestion.source)));
}

/** Targets that two columns claim; the second one would overwrite the first. */
export function clashes(choices: readonly Choice[]): Set<string> {
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const { target } of choices) {
    if (target === NEW || target === IGNORE) continue;
    if (seen.has(target)) twice.add(target);
    seen.add(target);
  }
  return twice;
}

/** The body of `PUT imports/{id}/mapping`. */
export function mappingBody(
  entry: Import,
  choices: readonly Choice[],
  options: { duplicates: string; bad_cells: string; match_on: string[] },
) {
  const suggestions = new Map(
    entry.suggestions.map((suggestion) => [suggestion.source, suggestion]),
  );
  return {
    ...options,
    columns: choices.map(({ source, target, usedForScoring, label, kind }) => {
      const suggestion = suggestions.get(source);
      const shared = {
        source,
        used_for_scoring: usedForScoring,
        format: suggestion?.format ?? null,
      };
      if (target === IGNORE) return { ...shared, ignore: true };
      if (target !== NEW) return { ...shared, target };
      // Another kind than suggested: its options are found in the file anew.
      const options = suggestion?.create?.kind === kind ? suggestion.create.options : undefined;
      const create = { label: label.trim() || source, kind, ...(options ? { options } : {}) };
      return { ...shared, create };
    }),
  };
}

/** The keys leads can be found by, of those the columns fill. */
export function matchKeys(choices: readonly Choice[]): MatchKey[] {
  const filled = new Set(choices.map(({ target }) => target));
  return KEYS.filter((key) => filled.has(key));
}

/** Which step an import belongs to, so that coming back lands in the right place. */
export function stepOf(entry: Pick<Import, 'state'>, wanted: string | undefined): string {
  if (entry.state === 'uploaded') return 'reading';
  if (entry.state === 'ready') return wanted === 'preview' ? 'preview' : 'map';
  return 'result';
}
