/** Toggles one id. */
export function toggled(ids: ReadonlySet<string>, id: string): Set<string> {
  const next = new Set(ids);
  if (!next.delete(id)) next.add(id);
  return next;
}

/** Adds everything between two rows of the shown order, both included. */
export function withRange(
  ids: ReadonlySet<string>,
  order: readonly string[],
  from: string | undefined,
  to: string,
): Set<string> {
  const start = from === undefined ? -1 : order.indexOf(from);
  const end = order.indexOf(to);
  if (start < 0 || end < 0) return new Set([...ids, to]);
  const [low, high] = start < end ? [start, end] : [end, start];
  return new Set([...ids, ...order.slice(low, high + 1)]);
}

/** All shown rows on, or all of them off when they were all on already. */
export function toggledPage(ids: ReadonlySet<string>, order: readonly string[]): Set<string> {
  const next = new Set(ids);
  const all = order.length > 0 && order.every((id) => ids.has(id));
  for (const id of order) {
    if (all) next.delete(id);
    else next.add(id);
  }
  return next;
}

/** The `sort` after a click on a column: ascending, then descending, then ascending again. */
export function nextSort(current: string | undefined, key: string): string {
  return current === key ? `-${key}` : key;
}

/** Value of aria-sort for a column. */
export function sortState(
  current: string | undefined,
  key: string | undefined,
): 'ascending' | 'descending' | 'none' | undefined {
  if (key === undefined) return undefined;
  if (current === key) return 'ascending';
  return current === `-${key}` ? 'descending' : 'none';
}
