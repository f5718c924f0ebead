import { z } from 'zod/mini';

const text = (length: number) =>
  z.catch(z.optional(z.string().check(z.maxLength(length))), undefined);

/** What is open; `state`, `code` and `error` are what a vendor sends back with the browser. */
export const calendarsSearch = z.object({
  connect: text(40),
  app: text(40),
  state: text(4000),
  code: text(4000),
  error: text(200),
});
