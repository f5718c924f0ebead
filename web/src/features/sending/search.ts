import { z } from 'zod/mini';

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
  state: z.catch(z.optional(z.enum(STATES)), undefined),
  channel: z.catch(z.optional(z.string().check(z.maxLength(60))), undefined),
  campaign: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
  journey: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
  message: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});

export type OutboxSearch = z.infer<typeof outboxSearch>;
