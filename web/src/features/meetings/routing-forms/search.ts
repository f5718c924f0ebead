import { z } from 'zod/mini';

export const TABS = ['questions', 'rules', 'basics', 'answers'] as const;
export type Tab = (typeof TABS)[number];

/** Routing forms: whether the dialog of a new one is open. */
export const routingFormsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One routing form: tab of the editor and place in the answers. */
export const routingFormSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  cursor: z.catch(z.optional(z.string().check(z.maxLength(2048))), undefined),
});
