import { z } from 'zod/mini';

export const TABS = ['report', 'cases'] as const;
export type Tab = (typeof TABS)[number];

/** Suites: whether the dialog of a new one is open. */
export const suitesSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One suite: the tab, the run that is shown instead of the last one, and the case that is edited. */
export const suiteSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  run: z.catch(z.optional(z.uuid()), undefined),
  case: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});
