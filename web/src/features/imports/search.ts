import { z } from 'zod/mini';

/** Step of an import in the address. */
export const importSearch = z.object({
  step: z.catch(z.optional(z.literal('preview')), undefined),
});
