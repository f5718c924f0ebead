import { z } from 'zod/mini';

export const promptsSearch = z.object({
  create: z.catch(z.optional(z.literal(true)), undefined),
});

export const TABS = ['text', 'versions', 'tests', 'variants'] as const;

/** `tab` is left out for the text; `version` is the one compared with the newest. */
export const promptSearch = z.object({
  tab: z.catch(z.optional(z.enum(['versions', 'tests', 'variants'])), undefined),
  version: z.catch(z.optional(z.number().check(z.int(), z.nonnegative())), undefined),
});
