import { z } from 'zod/mini';

export const VIEWS = [
  'mine',
  'unassigned',
  'waiting',
  'mentions',
  'agent',
  'all',
  'snoozed',
  'closed',
] as const;
export type View = (typeof VIEWS)[number];

export const CHANNELS = ['chat', 'email', 'call', 'social'] as const;
export type Channel = (typeof CHANNELS)[number];

/** The inbox: what is listed, what is looked for, and which conversation is open. */
export const inboxSearch = z.object({
  view: z.catch(z.optional(z.enum(VIEWS)), undefined),
  channel: z.catch(z.optional(z.enum(CHANNELS)), undefined),
  queue: z.catch(z.optional(z.uuid()), undefined),
  urgent: z.catch(z.optional(z.boolean()), undefined),
  search: z.catch(z.optional(z.string().check(z.maxLength(200))), undefined),
  conversation: z.catch(z.optional(z.uuid()), undefined),
});
export type InboxSearch = z.infer<typeof inboxSearch>;

const OPEN = ['agent', 'waiting', 'person'] as const;
const STATES: Record<View, readonly string[]> = {
  mine: ['waiting', 'person'],
  unassigned: ['waiting'],
  waiting: ['waiting'],
  mentions: OPEN,
  agent: ['agent'],
  all: OPEN,
  snoozed: ['snoozed'],
  closed: ['closed'],
};

/** The list of a view as the API is asked for it. Words are looked for wherever they are. */
export function listRequest(search: InboxSearch & { view: View }) {
  const { view, channel, queue, urgent, search: text } = search;
  const assignee = view === 'mine' ? 'me' : view === 'unassigned' ? 'nobody' : undefined;
  return {
    state: text ? undefined : STATES[view],
    assignee: text ? undefined : assignee,
    mentions: view === 'mentions' && !text ? 'me' : undefined,
    channel,
    queue,
    urgent,
    search: text,
  };
}
