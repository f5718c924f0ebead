import { z } from 'zod/mini';

export const PERIODS = ['30', '90', '365'] as const;
export type Period = (typeof PERIODS)[number];

/** State of the metrics page in the address. Defaults are left out. */
export const metricsSearch = z.object({
  days: z.catch(z.optional(z.union([z.literal(90), z.literal(365)])), undefined),
  raw: z.catch(z.optional(z.literal(true)), undefined),
  edit: z.catch(z.optional(z.string().check(z.maxLength(60))), undefined),
});
