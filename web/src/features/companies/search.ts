import { z } from 'zod/mini';

const text = (max: number) => z.catch(z.optional(z.string().check(z.maxLength(max))), undefined);

/** State of the list of companies in the address. Defaults are left out. */
export const companiesSearch = z.object({
  q: text(200),
  owner: text(60),
  sort: text(60),
  size: z.catch(z.optional(z.union([z.literal(25), z.literal(100)])), undefined),
  cursor: text(2048),
  create: z.catch(z.optional(z.literal('company')), undefined),
});

export type CompaniesSearch = z.infer<typeof companiesSearch>;

export const DEFAULT_SORT = 'name';
export const DEFAULT_SIZE = 50;

/** What the API needs of the state. */
export function companiesRequest({ q, owner, sort, size, cursor }: CompaniesSearch) {
  return {
    q,
    owner_id: owner,
    sort: sort ?? DEFAULT_SORT,
    limit: size ?? DEFAULT_SIZE,
    cursor,
  };
}
