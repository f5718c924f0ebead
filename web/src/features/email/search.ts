import { z } from 'zod/mini';

export const TABS = ['setup', 'deliveries', 'arrivals'] as const;
export type Tab = (typeof TABS)[number];

export const STATES = [
  'sending',
  'deferred',
  'sent',
  'delivered',
  'refused',
  'bounced',
  'complained',
] as const;
/** What did not arrive, or should not have been sent, as one choice beside the states. */
export const TROUBLE = 'trouble';
export const TROUBLED = ['deferred', 'refused', 'bounced', 'complained'] as const;

export const KINDS = [
  'reply',
  'out_of_office',
  'bounce',
  'delay',
  'delivered',
  'complaint',
  'unsubscribe',
  'automatic',
  'own',
] as const;

const text = (length: number) =>
  z.catch(z.optional(z.string().check(z.maxLength(length))), undefined);

/** The open tab, what its table shows, and the opened mail. */
export const emailSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  state: z.catch(z.optional(z.enum([...STATES, TROUBLE])), undefined),
  sender: text(40),
  domain: text(253),
  kind: z.catch(z.optional(z.enum(KINDS)), undefined),
  cursor: text(2048),
  mail: text(40),
});

export type EmailSearch = z.infer<typeof emailSearch>;
