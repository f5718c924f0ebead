import { z } from 'zod/mini';

export const TABS = ['questions', 'outcomes', 'basics', 'runs', 'versions'] as const;
export type Tab = (typeof TABS)[number];
export const RUN_STATES = ['qualified', 'unqualified', 'incomplete', 'running'] as const;

/** Flows: whether the dialog of a new one is open. */
export const flowsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One flow: tab of the editor, open question, and what is shown of its results. */
export const flowSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  state: z.catch(z.optional(z.enum(RUN_STATES)), undefined),
  cursor: z.catch(z.optional(z.string().check(z.maxLength(2048))), undefined),
});
