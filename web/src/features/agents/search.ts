import { z } from 'zod/mini';

export const TABS = [
  'basics',
  'knowledge',
  'qualification',
  'handover',
  'safety',
  'versions',
] as const;
export type Tab = (typeof TABS)[number];

/** Agents: whether the form of a new one is open. */
export const agentsSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One agent: tab of the form, and the version compared with the draft. */
export const agentSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  version: z.catch(z.optional(z.number()), undefined),
});
