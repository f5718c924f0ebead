export interface Difference {
  /** "hand_over.when_urgent" */
  path: string;
  before: string;
  after: string;
}

type Values = Record<string, unknown>;

const isGroup = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as a reader compares it: lists one entry a line. */
export function worded(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(worded).join('\n');
  if (isGroup(value)) {
    return Object.values(value)
      .map((part) => (Array.isArray(part) ? part.map(worded).join(', ') : worded(part)))
      .filter(Boolean)
      .join(': ');
  }
  return String(value);
}

/** What differs between two sets of settings, field by field. */
export function differences(before: Values, after: Values, below = ''): Difference[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const path = below ? `${below}.${name}` : name;
    const old = before[name];
    const now = after[name];
    if (isGroup(old) || isGroup(now)) {
      return differences(isGroup(old) ? old : {}, isGroup(now) ? now : {}, path);
    }
    const pair = { path, before: worded(old), after: worded(now) };
    return pair.before === pair.after ? [] : [pair];
  });
}
