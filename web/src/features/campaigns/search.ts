import { z } from 'zod/mini';
import { ENROLMENT_STATES } from '@/components/journey/states';
import { VIEWS } from '@/components/mail/views';

export const STATES = ['draft', 'scheduled', 'live', 'paused', 'done', 'stopped'] as const;
export type State = (typeof STATES)[number];
export const STEPS = ['goal', 'audience', 'content', 'schedule', 'review'] as const;
export type Step = (typeof STEPS)[number];
export const TABS = ['overview', 'variants', 'money', 'people', 'activity'] as const;
export type Tab = (typeof TABS)[number];

const flag = z.catch(z.optional(z.boolean()), undefined);
const text = (most: number) => z.catch(z.optional(z.string().check(z.maxLength(most))), undefined);

/** Campaigns: list or timeline, what is filtered, from which day on, and whether the dialog of a new one is open. */
export const campaignsSearch = z.object({
  tab: z.catch(z.optional(z.enum(['timeline'])), undefined),
  state: z.catch(z.optional(z.enum(STATES)), undefined),
  q: text(120),
  from: z.catch(z.optional(z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))), undefined),
  create: flag,
});

export type CampaignsSearch = z.infer<typeof campaignsSearch>;

/** The wizard: its step, the message and variant that are shown, and how and for whom. */
export const wizardSearch = z.object({
  step: z.catch(z.optional(z.enum(STEPS)), undefined),
  message: text(20),
  variant: text(20),
  view: z.catch(z.optional(z.enum(VIEWS)), undefined),
  dark: flag,
  person: text(36),
});

/** One campaign: its tab, whether its costs are open, and which people are shown. */
export const campaignSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  costs: flag,
  state: z.catch(z.optional(z.enum(ENROLMENT_STATES)), undefined),
  person: text(36),
  cursor: text(2048),
});
