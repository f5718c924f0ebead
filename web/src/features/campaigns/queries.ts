import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

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
export const TEMPLATES = '/api/v1/mail-templates';
const CLOCK_MS = 30_000;
const MOST = 100;

export const campaignsQuery = () => apiQuery<CampaignRow[]>(CAMPAIGNS);
/** A campaign; one that runs or waits for its time ends or begins by itself. */
export const campaignQuery = (id: string) => ({
  ...apiQuery<Campaign>(`${CAMPAIGNS}/${id}`),
  refetchInterval: ({ state }: { state: { data?: Campaign | undefined } }) =>
    ['live', 'scheduled'].includes(state.data?.state ?? '') ? CLOCK_MS : (false as const),
});
export const segmentsQuery = () => apiQuery<Schema<'SegmentRead'>[]>(SEGMENTS);
export const templatesQuery = () =>
  apiQuery<Schema<'Page_MailTemplateRow_'>>(TEMPLATES, { limit: MOST });
