import { z } from 'zod/mini';

/** State of the scoring page in the address: which version is shown. The one in use is the default. */
export const scoringSearch = z.object({
  model: z.catch(z.optional(z.string().check(z.maxLength(60))), undefined),
});

export type ScoringSearch = z.infer<typeof scoringSearch>;

/** A hot threshold taken along from the overview into the settings of a score. */
export const setupSearch = z.object({
  rate: z.catch(z.optional(z.number().check(z.gte(0.001), z.lte(0.3))), undefined),
});
