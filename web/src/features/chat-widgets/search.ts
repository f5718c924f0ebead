import { z } from 'zod/mini';

export const widgetsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});
