import { z } from 'zod/mini';

/** What ended without leaving, as one choice beside the states. */
export const NOT_SENT = 'not_sent';
export const ENDED = ['blocked', 'refused', 'expired', 'cancelled'] as const;

export const STATES = [
  'held',
  'scheduled',
  'attempting',
  'sent',
  'refused',
  'blocked',
  'cancelled',
  'expired',
  'unknown',
] as const;

/** Which messages are shown: a group of states, a channel, the page, and the opened one. */
export const outboxSearch = z.object({
  state: z.catch(z.optional(z.enum([...STATES, NOT_SENT])), undefined),
  channel: z.catch(z.optional(z.string().check(z.maxLength(60))), undefined),
  campaign: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
  journey: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
  message: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});

export type OutboxSearch = z.infer<typeof outboxSearch>;
