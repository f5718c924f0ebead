import { z } from 'zod/mini';
import { TIMELINE_KINDS } from '@/components/timeline-kinds';

export const TABS = ['activity', 'details', 'related'] as const;
export type Tab = (typeof TABS)[number];

/** State of a lead's page in the address: the tab of narrow screens, the timeline's filter, whether all visits are shown or a meeting is booked. */
export const leadSearch = z.object({
  tab: z.catch(z.optional(z.enum(['details', 'related'])), undefined),
  kind: z.catch(z.optional(z.enum(TIMELINE_KINDS)), undefined),
  visits: z.catch(z.optional(z.literal(true)), undefined),
  book: z.catch(z.optional(z.literal(true)), undefined),
});

export type LeadSearch = z.infer<typeof leadSearch>;
