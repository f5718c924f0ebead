import { z } from 'zod/mini';

/** `edit`: id of the connection in the dialog, or "new". */
export const aiSearch = z.object({
  edit: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});

export const PERIODS = [7, 30, 90] as const;

export const usageSearch = z.object({
  days: z.catch(z.optional(z.union([z.literal(7), z.literal(90)])), undefined),
  by: z.catch(z.optional(z.enum(['task', 'model'])), undefined),
  budget: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
});
