import { z } from 'zod/mini';

export const AUDIENCES = ['visitor', 'client', 'colleague'] as const;
export const SHOWS = ['open', 'answered', 'dismissed', 'all'] as const;
export const OUTCOMES = ['answered', 'refused', 'off_topic', 'small_talk'] as const;
export const KINDS = [
  'conflict',
  'duplicate',
  'expired',
  'unreviewed',
  'past_date',
  'broken_link',
  'scope',
  'empty',
  'too_long',
  'orders',
] as const;

const cursor = z.catch(z.optional(z.string().check(z.maxLength(2048))), undefined);

/** State of the test page: on whose behalf, and a question to begin with. */
export const testSearch = z.object({
  as: z.catch(z.optional(z.enum(AUDIENCES)), undefined),
  q: z.catch(z.optional(z.string().check(z.maxLength(1000))), undefined),
});

/** State of the page of questions. */
export const questionsSearch = z.object({
  show: z.catch(z.optional(z.enum(SHOWS)), undefined),
  outcome: z.catch(z.optional(z.enum(OUTCOMES)), undefined),
  cursor,
});

/** State of the page of issues. */
export const issuesSearch = z.object({
  state: z.catch(z.optional(z.enum(['open', 'dismissed'])), undefined),
  kind: z.catch(z.optional(z.enum(KINDS)), undefined),
  cursor,
});
