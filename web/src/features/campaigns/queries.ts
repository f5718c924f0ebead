import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';

// What has a default may be left out when written; what is read has all of it.
type Whole<T> = T extends (infer Item)[]
  ? Whole<Item>[]
  : T extends object
    ? { [Key in keyof T]-?: Whole<T[Key]> }
    : T;

export type CampaignRow = Schema<'CampaignRow'>;
export type Campaign = Omit<Schema<'CampaignRead'>, 'draft'> & {
  draft: Whole<Schema<'CampaignDraft'>>;
};
export type Problem = Schema<'CampaignProblem'>;
export type Reach = Schema<'CampaignReach'>;
export type Results = Schema<'CampaignResults'>;
export type MessageVariants = Schema<'MessageVariants'>;
export type Share = Schema<'Share'>;
export type Amount = Schema<'Money'>;
export type MoneyOfCurrency = Schema<'CampaignMoney'>;
export type Day = Schema<'CampaignDay'>;
export type Cohort = Schema<'CampaignCohort'>;
export type Bar = Schema<'CampaignBar'>;
export type Cost = Schema<'CostRead'>;
export type Rehearsal = Schema<'RehearsalRead'>;
export type Template = Schema<'MailTemplateRow'>;

export const CAMPAIGNS = '/api/v1/campaigns';
export const SEGMENTS = '/api/v1/segments';
export const MAIL_SETTINGS = '/api/v1/mail-settings';
export const TEMPLATES = '/api/v1/mail-templates';
const LIVE_MS = 5_000;
const CLOCK_MS = 30_000;
const RUNNING_MS = 1_000;
const MOST = 100;

/** Read again now and then while people move. */
const live = (moving: boolean) => ({ refetchInterval: moving ? LIVE_MS : (false as const) });

export const campaignsQuery = () => apiQuery<CampaignRow[]>(CAMPAIGNS);
/** A campaign; one that runs or waits for its time ends or begins by itself. */
export const campaignQuery = (id: string) => ({
  ...apiQuery<Campaign>(`${CAMPAIGNS}/${id}`),
  refetchInterval: ({ state }: { state: { data?: Campaign | undefined } }) =>
    ['live', 'scheduled'].includes(state.data?.state ?? '') ? CLOCK_MS : (false as const),
});
export const barsQuery = (from: string, to: string) => ({
  ...apiQuery<Schema<'CampaignsTimeline'>>(`${CAMPAIGNS}/timeline`, { from, to }),
  placeholderData: keepPreviousData,
});
export const resultsQuery = (id: string, moving: boolean) => ({
  ...apiQuery<Results>(`${CAMPAIGNS}/${id}/results`),
  ...live(moving),
});
export const timelineQuery = (id: string, days: number) => ({
  ...apiQuery<Schema<'CampaignTimeline'>>(`${CAMPAIGNS}/${id}/timeline`, { days }),
  placeholderData: keepPreviousData,
});
export const cohortsQuery = (id: string) => apiQuery<Cohort[]>(`${CAMPAIGNS}/${id}/cohorts`);
export const costsQuery = (id: string) => apiQuery<Cost[]>(`${CAMPAIGNS}/${id}/costs`);
export const segmentsQuery = () => apiQuery<Schema<'SegmentRead'>[]>(SEGMENTS);
export const purposesQuery = () => apiQuery<Schema<'PurposeRead'>[]>('/api/v1/consent-purposes');
export const sendersQuery = () => apiQuery<Schema<'SenderRead'>[]>('/api/v1/email-senders');
export const mailSettingsQuery = () => apiQuery<Schema<'MailSettingsRead'>>(MAIL_SETTINGS);
export const templatesQuery = () =>
  apiQuery<Schema<'Page_MailTemplateRow_'>>(TEMPLATES, { limit: MOST });

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
