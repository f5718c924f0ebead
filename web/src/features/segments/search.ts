import { z } from 'zod/mini';
import { conditionSchema } from '@/components/filter-bar/condition';

/** A new segment may start from the filter of a list. */
export const newSegmentSearch = z.object({
  filter: z.catch(z.optional(conditionSchema), undefined),
});

/** Page of the members of a static segment. */
export const segmentSearch = z.object({
  cursor: z.catch(z.optional(z.string().check(z.maxLength(2000))), undefined),
});
