import { z } from 'zod/mini';

export const TABS = ['overview', 'debugger', 'schema', 'settings'] as const;
export const EVENT_TYPES = ['track', 'page', 'identify', 'screen', 'group', 'alias'] as const;
export const RANGES = ['24h', '7d', '30d'] as const;

const text = (longest: number) => z.optional(z.string().check(z.maxLength(longest)));

/** The list of sources: whether the form of a new one is open. */
export const sourcesSearch = z.object({
  create: z.catch(z.optional(z.boolean()), undefined),
});

/** One source: tab, range of its figures, filters of its debugger, and what is opened. */
export const sourceSearch = z.object({
  tab: z.catch(z.optional(z.enum(TABS)), undefined),
  range: z.catch(z.optional(z.enum(RANGES)), undefined),
  show: z.catch(z.optional(z.enum(['accepted', 'rejected'])), undefined),
  type: z.catch(z.optional(z.enum(EVENT_TYPES)), undefined),
  name: z.catch(text(200), undefined),
  visitor: z.catch(text(200), undefined),
  bots: z.catch(z.optional(z.enum(['only', 'without'])), undefined),
  cursor: z.catch(text(2048), undefined),
  size: z.catch(z.optional(z.literal([25, 50, 100])), undefined),
  event: z.catch(z.optional(z.string()), undefined),
  schema: z.catch(z.optional(z.string()), undefined),
});

export type SourceSearch = z.infer<typeof sourceSearch>;
export type Tab = (typeof TABS)[number];

/** Left out in the address while it is the usual one. */
export function tabValue(tab: string | null): Tab | undefined {
  return tab === 'overview' ? undefined : TABS.find((known) => known === tab);
}
