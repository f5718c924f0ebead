import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { ApiError } from '@/api/errors';

export type AgentSummary = Schema<'AgentSummary'>;
export type Agent = Schema<'AgentRead'>;
export type AgentVersion = Schema<'AgentVersionRead'>;
export type StoredSettings = Agent['settings'];
export type TopicRule = NonNullable<StoredSettings['topics']>[number];
export type Opener = NonNullable<StoredSettings['openers']>[number];

export type Satisfaction = Schema<'SatisfactionRead'>;

export const AGENTS = '/api/v1/agents';

export const agentsQuery = () => apiQuery<AgentSummary[]>(AGENTS);
export const agentQuery = (id: string) => apiQuery<Agent>(`${AGENTS}/${id}`);
export const versionsQuery = (id: string) => apiQuery<AgentVersion[]>(`${AGENTS}/${id}/versions`);
export const satisfactionQuery = () => apiQuery<Satisfaction>('/api/v1/client-satisfaction');

export type TestConversation = Schema<'TestConversationRead'>;

type Said = Schema<'MessageRead'>;

const POLL_MS = 800;

/** What was said on trial; asked again until the message at `waitsFor` has its answer. */
export const trialQuery = (id: string, waitsFor: number) => ({
  ...apiQuery<Said[]>(`/api/v1/conversations/${id}/messages`, { limit: 500 }),
  refetchInterval: ({ state }: { state: { data: Said[] | undefined } }) =>
    waitsFor > 0 && !hasAnswer(state.data, waitsFor) ? POLL_MS : (false as const),
});

/** Whether something was said after a message of the visitor. */
export const hasAnswer = (messages: readonly Said[] | undefined, sequence: number): boolean =>
  messages?.some((message) => message.author !== 'visitor' && message.sequence > sequence) ?? false;

/** The log of the trial's turns; `through` makes it fresh with every message. */
export const trialTurnsQuery = (id: string, through: number) => ({
  ...apiQuery<Schema<'Page_AgentTurnRead_'>>(`/api/v1/conversations/${id}/turns`, { limit: 100 }),
  queryKey: ['get', `/api/v1/conversations/${id}/turns`, { limit: 100, through }] as const,
});

interface Named {
  id: string;
  name: string;
}

/** Where agents talk; a widget without one of its own has the default agent. */
export const widgetsQuery = () =>
  apiQuery<Pick<Schema<'WidgetRead'>, 'id' | 'name' | 'agent_id' | 'active'>[]>(
    '/api/v1/chat-widgets',
  );

// Choices that other parts of the product keep; who may not see them sees the present choice only.
export const flowsQuery = () => apiQuery<Named[]>('/api/v1/qualification-flows');
export const queuesQuery = () => apiQuery<Named[]>('/api/v1/inbox-queues');
export const eventTypesQuery = () =>
  apiQuery<{ id: string; title: string }[]>('/api/v1/event-types');

/** Field problems of the settings, named as the form names them. */
export function ofForm(reason: unknown): unknown {
  if (!(reason instanceof ApiError) || !reason.body.errors) return reason;
  const errors = reason.body.errors.map(({ field, message }) => ({
    field: field.replace(/^(body\.)?settings\./, ''),
    message,
  }));
  return new ApiError(reason.status, { ...reason.body, errors }, reason.requestId);
}
