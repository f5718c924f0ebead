import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { ENDED, NOT_SENT, type OutboxSearch } from './search';

export type Overview = Schema<'OutboxOverview'>;
export type Message = Schema<'SendIntentRow'>;
export type MessageDetail = Schema<'SendIntentRead'>;
export type Policy = Schema<'SendPolicyRead'>;
export type Settings = Policy['settings'];
export type Mode = Policy['mode'];
export type Stop = Schema<'SendStopRead'>;
export type Approval = Schema<'SendApprovalRead'>;
export type ShadowReport = Schema<'ShadowReport'>;
export type Trial = Schema<'TrialResult'>;
export type Decision = Schema<'SendDecisionRead'>;

export const SENDING = '/api/v1/sending';
const LIVE = 5_000;

interface MessagePage {
  items: Message[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

export const overviewQuery = () => ({
  ...apiQuery<Overview>(`${SENDING}/overview`),
  refetchInterval: LIVE,
});

export const messagesQuery = ({ state, channel, campaign, journey, cursor }: OutboxSearch) => ({
  ...apiQuery<MessagePage>(`${SENDING}/intents`, {
    state: state === NOT_SENT ? [...ENDED] : state,
    channel,
    campaign_id: campaign,
    journey_id: journey,
    cursor,
    limit: 50,
  }),
  placeholderData: keepPreviousData,
  refetchInterval: LIVE,
});

export const messageQuery = (id: string) => apiQuery<MessageDetail>(`${SENDING}/intents/${id}`);
export const policiesQuery = () =>
  apiQuery<{ items: Policy[]; channels: string[] }>(`${SENDING}/policies`);
export const stopsQuery = () => apiQuery<{ items: Stop[] }>(`${SENDING}/stops`);
export const shadowQuery = () => apiQuery<ShadowReport>(`${SENDING}/shadow-report`);
export const approvalsQuery = () =>
  apiQuery<{ items: Approval[] }>(`${SENDING}/approvals`, { state: 'waiting' });

/** A write; everything about sending is read anew afterwards. */
export async function change<Answer>(
  method: 'post' | 'put' | 'delete',
  path: string,
  options: { body?: unknown; version?: number; query?: Record<string, unknown> } = {},
): Promise<Answer> {
  try {
    return await request<Answer>(method, `${SENDING}${path}`, options as never);
  } finally {
    await invalidatePaths(SENDING);
  }
}
