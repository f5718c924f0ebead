import type { DataMapEntry } from './queries';

export const SHOWN = ['personal', 'masked', 'all'] as const;
export type Shown = (typeof SHOWN)[number];

/** Entries of the wanted kind by table, both in the server's order; tables without any are left out. */
export function byTable(entries: DataMapEntry[], shown: Shown): [string, DataMapEntry[]][] {
  const tables = new Map<string, DataMapEntry[]>();
  for (const entry of entries) {
    if (shown === 'masked' && !entry.masked) continue;
    if (shown === 'personal' && entry.classification === 'internal') continue;
    tables.set(entry.table, [...(tables.get(entry.table) ?? []), entry]);
  }
  return [...tables];
}

/** A column's or table's name as words: `do_not_email` → “Do not email”. */
export function plainName(name: string): string {
  const words = name.replace(/^custom\./, '').replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
