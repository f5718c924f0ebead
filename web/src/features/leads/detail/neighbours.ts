import { useMemo } from 'react';
import type { Schema } from '@/api/api';
import { queryClient } from '@/api/query-client';

export interface Neighbours {
  /** Place in the list, from 1. */
  position: number;
  count: number;
  previous: string | undefined;
  next: string | undefined;
}

/** Who stands before and after in a list of ids; undefined when the id is not in it. */
export function neighboursIn(ids: readonly string[], id: string): Neighbours | undefined {
  const index = ids.indexOf(id);
  if (index < 0) return undefined;
  return {
    position: index + 1,
    count: ids.length,
    previous: ids[index - 1],
    next: ids[index + 1],
  };
}

/** Neighbours in the page of the list looked at last; it is still in memory, so this costs no request. */
export function useNeighbours(id: string): Neighbours | undefined {
  return useMemo(() => {
    const pages = queryClient
      .getQueryCache()
      .findAll({ queryKey: ['get', '/api/v1/leads'] })
      .map((query) => ({
        at: query.state.dataUpdatedAt,
        items: (query.state.data as Schema<'Page_LeadRow_'> | undefined)?.items ?? [],
      }))
      .filter((page) => page.items.some((item) => item.id === id))
      .sort((a, b) => b.items.length - a.items.length || b.at - a.at);
    return neighboursIn(pages[0]?.items.map((item) => item.id) ?? [], id);
  }, [id]);
}
