import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiKey, apiQuery, request } from '@/api/client';
import { staleOn } from '@/app/realtime';
import { type InboxSearch, listRequest, type View } from './search';

export type Row = Schema<'ConversationSummaryRead'>;
export type Conversation = Schema<'ConversationRead'>;
export type Outcome = NonNullable<Row['outcome']>;
export type Message = Schema<'MessageRead'>;
export type Verdict = Message['feedback'][number];
export type Queue = Schema<'QueueRead'>;
export type CannedReply = Schema<'CannedReplyRead'>;
export type Counts = Schema<'CountsRead'>;
export type BulkResult = Schema<'BulkRead'>;
export type Looking = Schema<'LookingRead'>;
export type OfficeHours = Schema<'OfficeHoursRead'>;

export const CONVERSATIONS = '/api/v1/conversations';
export const INBOX = '/api/v1/inbox';
export const QUEUES = '/api/v1/inbox-queues';
export const CANNED = '/api/v1/canned-replies';
export const HOURS = '/api/v1/office-hours';
export const SUITES = '/api/v1/simulation-suites';

staleOn('conversation.changed', CONVERSATIONS, INBOX);
staleOn('conversation.presence', `${INBOX}/presence`);

const PAGE = 50;
export const presencePath = (id: string) => `${INBOX}/presence/${id}`;
const RARELY = { staleTime: 60_000 };

export const countsQuery = () => apiQuery<Counts>(`${INBOX}/counts`);
export const queuesQuery = () => ({ ...apiQuery<Queue[]>(QUEUES), ...RARELY });
export const cannedQuery = () => ({ ...apiQuery<CannedReply[]>(CANNED), ...RARELY });
export const variablesQuery = () => ({
  ...apiQuery<Schema<'VariableRead'>[]>(`${CANNED}/variables`),
  ...RARELY,
});
export const hoursQuery = () => apiQuery<OfficeHours>(HOURS);
export const conversationQuery = (id: string) => apiQuery<Conversation>(`${CONVERSATIONS}/${id}`);
export const turnsQuery = (id: string) =>
  apiQuery<Schema<'Page_AgentTurnRead_'>>(`${CONVERSATIONS}/${id}/turns`, { limit: 100 });
export const presenceQuery = (id: string) => apiQuery<Looking[]>(presencePath(id));
export const agentsQuery = () => ({
  ...apiQuery<Schema<'AgentSummary'>[]>('/api/v1/agents'),
  ...RARELY,
});
export const suitesQuery = () => apiQuery<Schema<'SuiteSummary'>[]>(SUITES);
export const leadQuery = (id: string) => apiQuery<Schema<'LeadRead'>>(`/api/v1/leads/${id}`);
export const meetingsQuery = (leadId: string) =>
  apiQuery<Schema<'Page_MeetingRead_'>>('/api/v1/meetings', { lead_id: leadId, limit: 5 });
export const earlierQuery = (leadId: string) =>
  apiQuery<Schema<'Page_ConversationSummaryRead_'>>(CONVERSATIONS, { lead: leadId, limit: 6 });

export const conversationsQuery = (search: InboxSearch & { view: View }) => {
  const query = { ...listRequest(search), limit: PAGE };
  return {
    queryKey: [...apiKey(CONVERSATIONS, query), 'pages'],
    queryFn: ({ pageParam, signal }: { pageParam: string | undefined; signal: AbortSignal }) =>
      request<Schema<'Page_ConversationSummaryRead_'>>('get', CONVERSATIONS, {
        query: { ...query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: Schema<'Page_ConversationSummaryRead_'>) =>
      page.next_cursor ?? undefined,
    // While one types; another queue must not show the rows of the one before.
    ...(search.search ? { placeholderData: keepPreviousData } : {}),
  };
};

/** The newest messages first, page by page back in time; each page in the order they were said. */
export const messagesQuery = (id: string) => {
  const path = `${CONVERSATIONS}/${id}/messages`;
  return {
    queryKey: [...apiKey(path, { limit: PAGE }), 'pages'],
    queryFn: ({ pageParam, signal }: { pageParam: number | undefined; signal: AbortSignal }) =>
      request<Message[]>('get', path, { query: { limit: PAGE, before: pageParam }, signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page: Message[]) =>
      page.length === PAGE && page[0] && page[0].sequence > 1 ? page[0].sequence : undefined,
  };
};

export const qualificationQuery = (id: string) =>
  apiQuery<Schema<'FindingsRead'>[]>(`${CONVERSATIONS}/${id}/qualification`);
