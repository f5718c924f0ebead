import { z } from 'zod/mini';

/** State of the page in the address: the set (its key) and the intent whose examples are open (its label). */
export const intentsSearch = z.object({
  set: z.catch(z.optional(z.string().check(z.maxLength(40))), undefined),
  intent: z.catch(z.optional(z.string().check(z.maxLength(60))), undefined),
});
