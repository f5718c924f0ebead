import { z } from 'zod/mini';

/** Availability: the open schedule, and whether the form of a new one is. */
export const availabilitySearch = z.object({
  schedule: z.catch(z.optional(z.string()), undefined),
  create: z.catch(z.optional(z.boolean()), undefined),
});
