import { z } from 'zod/mini';

export const TABS = [
  'basics',
  'hosts',
  'times',
  'questions',
  'mails',
  'share',
  'fairness',
] as const;
export type Tab = (typeof TABS)[number];

/** Event types: whether the form of a new one is open. */
export const eventTypesSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One event type: tab of the form, week and length of the preview, and the time that was asked about. */
export const eventTypeSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  week: z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))), undefined),
  length: z.catch(z.optional(z.number()), undefined),
  ask: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});
