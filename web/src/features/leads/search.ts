import { z } from 'zod/mini';
import { conditionSchema } from '@/components/filter-bar/condition';

const text = (max: number) => z.catch(z.optional(z.string().check(z.maxLength(max))), undefined);

/** State of the leads list in the address. Defaults are left out. */
export const leadsSearch = z.object({
  q: text(200),
  filter: z.catch(z.optional(conditionSchema), undefined),
  sort: text(80),
  size: z.catch(z.optional(z.union([z.literal(25), z.literal(100)])), undefined),
  cursor: text(2000),
  view: text(60),
  segment_id: text(60),
  peek: text(60),
  create: text(20),
  duplicates: z.catch(z.optional(z.literal(true)), undefined),
});

export type LeadsSearch = z.infer<typeof leadsSearch>;

export const DEFAULT_SORT = '-created_at';
export const DEFAULT_SIZE = 50;

/** What the API needs of the state. */
export function leadsRequest({ q, filter, sort, size, cursor, segment_id }: LeadsSearch) {
  return { q, filter, sort: sort ?? DEFAULT_SORT, limit: size ?? DEFAULT_SIZE, cursor, segment_id };
}

/** The part of the state that says which leads are meant, for counts, exports and bulk actions. */
export function meant({ q, filter, segment_id }: LeadsSearch) {
  return {
    ...(q ? { q } : {}),
    ...(filter ? { filter } : {}),
    ...(segment_id ? { segment_id } : {}),
  };
}
