import { z } from 'zod/mini';

/** State of the tasks page in the address: whose tasks, which, and an open dialog. */
export const tasksSearch = z.object({
  who: z.catch(z.optional(z.enum(['all', 'nobody'])), undefined),
  state: z.catch(z.optional(z.enum(['overdue', 'done'])), undefined),
  cursor: z.catch(z.optional(z.string().check(z.maxLength(2048))), undefined),
  create: z.catch(z.optional(z.literal('task')), undefined),
});

export type TasksSearch = z.infer<typeof tasksSearch>;

const PAGE = 50;

/** What the API needs of the state; the own open tasks are what most people come for. */
export function tasksRequest({ who, state, cursor }: TasksSearch) {
  return {
    state: state ?? 'open',
    assignee: who === 'all' ? undefined : (who ?? 'me'),
    cursor,
    limit: PAGE,
  };
}
