import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { CAMPAIGNS, type Campaign, type Reach, type Rehearsal, SEGMENTS } from '../queries';

export const MAIL_SETTINGS = '/api/v1/mail-settings';
const RUNNING_MS = 1_000;

export const purposesQuery = () => apiQuery<Schema<'PurposeRead'>[]>('/api/v1/consent-purposes');
export const sendersQuery = () => apiQuery<Schema<'SenderRead'>[]>('/api/v1/email-senders');
export const mailSettingsQuery = () => apiQuery<Schema<'MailSettingsRead'>>(MAIL_SETTINGS);

/** Who the draft would reach; `draft` is part of the key, so that what is not stored yet counts too. */
export const reachQuery = (id: string, draft: Campaign['draft']) =>
  queryOptions({
    queryKey: ['post', `${CAMPAIGNS}/${id}/reach`, draft.audience, draft.purpose, draft.messages],
    queryFn: ({ signal }) =>
      request<Reach>('post', `${CAMPAIGNS}/${id}/reach`, { body: { draft }, signal }),
    placeholderData: keepPreviousData,
  });

/** How many people a condition holds for. */
export const countQuery = (condition: object | undefined) =>
  queryOptions({
    queryKey: ['post', `${SEGMENTS}/preview`, condition],
    queryFn: ({ signal }) =>
      request<Schema<'SegmentPreview'>>('post', `${SEGMENTS}/preview`, {
        body: { condition },
        signal,
      }),
    enabled: condition !== undefined,
    placeholderData: keepPreviousData,
  });

/** A rehearsal; read again while it runs. */
export const rehearsalQuery = (id: string) => ({
  ...apiQuery<Rehearsal>(`/api/v1/journey-rehearsals/${id}`),
  refetchInterval: ({ state }: { state: { data?: Rehearsal | undefined } }) =>
    state.data?.state === 'running' ? RUNNING_MS : (false as const),
});
