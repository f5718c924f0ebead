import { z } from 'zod/mini';

export const TABS = ['upcoming', 'past', 'waiting', 'cancelled'] as const;
export type MeetingsTab = (typeof TABS)[number];

/** State of the meetings page in the address; `open` is the meeting in the drawer, `day` one of the week shown. */
export const meetingsSearch = z.object({
  tab: z.catch(z.optional(z.enum(['past', 'waiting', 'cancelled'])), undefined),
  view: z.catch(z.optional(z.literal('week')), undefined),
  host: z.catch(z.optional(z.string()), undefined),
  type: z.catch(z.optional(z.string()), undefined),
  day: z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
  open: z.catch(z.optional(z.string()), undefined),
  book: z.catch(z.optional(z.boolean()), undefined),
});

export type MeetingsSearch = z.infer<typeof meetingsSearch>;
