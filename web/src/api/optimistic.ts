import type { QueryKey } from '@tanstack/react-query';
import { queryClient } from './query-client';

interface Identified {
  id: string;
}

function patched(value: unknown, ids: ReadonlySet<string>, patch: object): unknown {
  if (Array.isArray(value)) {
    const next = value.map((item) => patched(item, ids, patch));
    return next.some((item, index) => item !== value[index]) ? next : value;
  }
  if (value === null || typeof value !== 'object') return value;
  if ('id' in value && ids.has((value as Identified).id)) return { ...value, ...patch };
  // Pages of a list that grows hold one answer each.
  const inner = 'items' in value ? 'items' : 'pages' in value ? 'pages' : undefined;
  if (inner !== undefined) {
    const old = (value as Record<string, unknown>)[inner];
    const next = patched(old, ids, patch);
    return next === old ? value : { ...value, [inner]: next };
  }
  return value;
}

const isBelow = (path: string, key: QueryKey) =>
  typeof key[1] === 'string' && key[1].startsWith(path);

/** Applies `patch` to every cached copy of the records below `path`; gives back what was there before. */
export function applyPatch(path: string, ids: readonly string[], patch: object) {
  const wanted = new Set(ids);
  const before: [QueryKey, unknown][] = [];
  for (const query of queryClient.getQueryCache().findAll()) {
    if (!isBelow(path, query.queryKey)) continue;
    const next = patched(query.state.data, wanted, patch);
    if (next === query.state.data) continue;
    before.push([query.queryKey, query.state.data]);
    queryClient.setQueryData(query.queryKey, next);
  }
  return before;
}

/**
 * Applies `patch` at once to every cached copy of the records below `path` (lists with `items`
 * and single records), and gives back the function that puts the old data back.
 */
export async function patchCached(
  path: string,
  ids: string | readonly string[],
  patch: object,
): Promise<() => void> {
  await queryClient.cancelQueries({ predicate: ({ queryKey }) => isBelow(path, queryKey) });
  const before = applyPatch(path, typeof ids === 'string' ? [ids] : ids, patch);
  return () => {
    for (const [key, data] of before) queryClient.setQueryData(key, data);
  };
}
