import { z } from 'zod/mini';
import { ENROLMENT_STATES } from '@/components/journey/states';

export const TABS = ['build', 'people', 'results', 'rehearsal', 'versions', 'settings'] as const;
export type Tab = (typeof TABS)[number];

const text = (most: number) => z.catch(z.optional(z.string().check(z.maxLength(most))), undefined);

/** Journeys: whether the dialog of a new one is open. */
export const journeysSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One journey: its tab, the step that is open, canvas or outline, and which people are shown. */
export const journeySearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  step: text(40),
  view: z.catch(z.optional(z.enum(['outline'])), undefined),
  state: z.catch(z.optional(z.enum(ENROLMENT_STATES)), undefined),
  person: text(40),
  cursor: text(2048),
});
