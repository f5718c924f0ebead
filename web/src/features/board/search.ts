import { z } from 'zod/mini';

const text = z.catch(z.optional(z.string().check(z.maxLength(60))), undefined);

/** State of the board in the address. Without a pipeline the default one is shown. */
export const boardSearch = z.object({
  pipeline: text,
  owner: text,
  /** The column a narrow screen shows. */
  stage: text,
  /** The deal opened beside the board. */
  deal: text,
  create: text,
});

export type BoardSearch = z.infer<typeof boardSearch>;
