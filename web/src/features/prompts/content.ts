import type { Content, Variable } from './queries';

const USED = /(?<!\\)\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g;

/** Names of variables that the texts use, in order of appearance. */
export function usedNames({ instructions, message = '' }: Content): string[] {
  const names = [...`${instructions}\n${message}`.matchAll(USED)].map((match) => match[1] ?? '');
  return [...new Set(names)];
}

/** The content with exactly the variables its texts use: known ones as they are, new ones as text. */
export function withUsedVariables(content: Content): Content {
  const known = new Map((content.variables ?? []).map((variable) => [variable.name, variable]));
  const variables: Variable[] = usedNames(content).map(
    (name) =>
      known.get(name) ?? {
        name,
        type: 'text',
        description: '',
        required: true,
        trusted: true,
        options: [],
      },
  );
  return { ...content, variables };
}

/** What was typed for the variables, as the API takes it; empty ones are left out. */
export function valuesOf(
  variables: readonly Variable[],
  typed: Record<string, string>,
): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const { name, type } of variables) {
    const text = (typed[name] ?? '').trim();
    if (text === '') continue;
    if (type === 'number') found[name] = Number.isNaN(Number(text)) ? text : Number(text);
    else if (type === 'boolean') found[name] = text === 'true';
    else if (type === 'list') found[name] = text.split('\n').filter((line) => line.trim() !== '');
    else found[name] = text;
  }
  return found;
}

/** A value as it is typed. */
export function typed(value: unknown): string {
  return Array.isArray(value) ? value.join('\n') : value == null ? '' : String(value);
}

export interface DiffLine {
  kind: 'same' | 'added' | 'removed';
  text: string;
}

/** Lines of two texts side by side: the longest common lines stay, others are removed or added. */
export function diffLines(before: string, after: string): DiffLine[] {
  const a = before.split('\n');
  const b = after.split('\n');
  const lengths = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  );
  const at = (i: number, j: number) => lengths[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = lengths[i];
      if (row) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (i < a.length && j < b.length && left === right) {
      lines.push({ kind: 'same', text: left ?? '' });
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: 'removed', text: left ?? '' });
      i++;
    } else {
      lines.push({ kind: 'added', text: right ?? '' });
      j++;
    }
  }
  return lines;
}

/** A content as one text, for comparing. */
export function asText({ instructions, message = '', variables = [] }: Content): string {
  const declared = variables.map(
    ({ name, type, required, trusted, options }) =>
      `{{${name}}}: ${[type, !required && 'optional', !trusted && 'untrusted', ...(options ?? [])]
        .filter(Boolean)
        .join(', ')}`,
  );
  return [instructions.trimEnd(), '', message.trimEnd(), '', ...declared].join('\n').trim();
}
