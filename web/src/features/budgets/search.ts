import { z } from 'zod/mini';

const id = z.catch(z.optional(z.string().check(z.maxLength(36))), undefined);

/** Shared budgets: whether the dialog of a new one is open, which one is edited, whose decisions are shown. */
export const budgetsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
  edit: id,
  decisions: id,
});
