import { z } from 'zod/mini';

export const STATUSES = ['pending', 'indexed', 'failed', 'excluded', 'expired'] as const;
export const SCOPES = ['public', 'clients', 'internal'] as const;
export const ADDABLE = ['site', 'file', 'pair', 'article'] as const;

const text = (longest: number) => z.optional(z.string().check(z.maxLength(longest)));

/** The library: filters of its documents, and which dialog or source is open. */
export const librarySearch = z.object({
  q: z.catch(text(200), undefined),
  status: z.catch(z.optional(z.enum(STATUSES)), undefined),
  scope: z.catch(z.optional(z.enum(SCOPES)), undefined),
  from: z.catch(text(60), undefined),
  deleted: z.catch(z.optional(z.boolean()), undefined),
  cursor: z.catch(text(2048), undefined),
  size: z.catch(z.optional(z.literal([25, 100])), undefined),
  add: z.catch(z.optional(z.enum(ADDABLE)), undefined),
  source: z.catch(text(60), undefined),
});

/** One document: its tab and the version that is compared. */
export const documentSearch = z.object({
  tab: z.catch(z.optional(z.enum(['text', 'passages', 'versions'])), undefined),
  version: z.catch(z.optional(z.number()), undefined),
});

export type LibrarySearch = z.infer<typeof librarySearch>;
export type Addable = (typeof ADDABLE)[number];
