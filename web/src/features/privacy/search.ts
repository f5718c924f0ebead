import { z } from 'zod/mini';

export const CHANNELS = ['email', 'sms', 'call', 'social', 'chat'] as const;
export const REASONS = [
  'unsubscribed',
  'complaint',
  'hard_bounce',
  'do_not_call',
  'manual',
  'import',
  'erased',
] as const;

/** Filter and page of the suppression list. */
export const privacySearch = z.object({
  address: z.catch(z.optional(z.string().check(z.minLength(3), z.maxLength(320))), undefined),
  channel: z.catch(z.optional(z.enum(CHANNELS)), undefined),
  reason: z.catch(z.optional(z.enum(REASONS)), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
});

export type PrivacySearch = z.infer<typeof privacySearch>;
