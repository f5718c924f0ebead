import { z } from 'zod/mini';

const id = z.catch(z.optional(z.string()), undefined);

/** The connection that is open, and the test whose result is shown. */
export const ssoSearch = z.object({ connection: id, attempt: id });
