import * as z from 'zod/mini';

const text = z.catch(z.optional(z.string()), undefined);

/** A page of ours to continue with; foreign addresses are refused. */
export function safeNext(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/';
}

/** `sso` names a connection to sign in through, `sso_error` why that failed. */
export const loginSearch = z.object({ next: text, email: text, sso: text, sso_error: text });
export const nextSearch = z.object({ next: text });
export const emailSearch = z.object({ email: text });
export const tokenSearch = z.object({ token: text });
