import { z } from 'zod/mini';

export const DELIVERY_STATES = ['waiting', 'sending', 'delivered', 'failed'] as const;

/** The list of endpoints: whether the form of a new one is open. */
export const endpointsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One endpoint: filter and page of its log, and the opened delivery. */
export const endpointSearch = z.object({
  state: z.catch(z.optional(z.enum(DELIVERY_STATES)), undefined),
  type: z.catch(z.optional(z.string().check(z.maxLength(80))), undefined),
  cursor: z.catch(z.optional(z.string()), undefined),
  delivery: z.catch(z.optional(z.string()), undefined),
});

export type EndpointSearch = z.infer<typeof endpointSearch>;
