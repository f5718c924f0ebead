import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { Graph } from './graph';

export { fieldsQuery } from '@/components/filter-bar/fields-query';

type Complete<Read extends { people: object }> = Omit<Read, 'people' | 'draft'> & {
  people: Required<Read['people']>;
};

// What has a default may be left out when written; what is read has all of it.
export type JourneyRow = Complete<Schema<'JourneyRow'>>;
export type Journey = Complete<Schema<'JourneyRead'>> & { draft: Graph };
export type Problem = Journey['problems'][number];
export type Template = Schema<'JourneyTemplateRead'>;
export type Version = Schema<'JourneyVersionRead'> & { draft: Graph };
export type Rehearsal = Schema<'RehearsalRead'>;
export type Counts = Schema<'JourneyCounts'>;
export type Split = Schema<'JourneySplitRead'>;
export type Moved = Schema<'JourneyMoved'>;

export const JOURNEYS = '/api/v1/journeys';
const LIVE_MS = 5_000;

/** What moves by itself is read again now and then. */
const live = (moving: boolean) => ({ refetchInterval: moving ? LIVE_MS : (false as const) });

export const journeysQuery = () => apiQuery<JourneyRow[]>(JOURNEYS);
export const journeyQuery = (id: string) => apiQuery<Journey>(`${JOURNEYS}/${id}`);
export const templatesQuery = () => apiQuery<Template[]>('/api/v1/journey-templates');
export const bestHoursQuery = (id: string) =>
  apiQuery<Schema<'BestHoursRead'>>(`${JOURNEYS}/${id}/best-hours`);
export const splitsQuery = (id: string) => apiQuery<Split[]>(`${JOURNEYS}/${id}/splits`);
export const segmentsQuery = () => apiQuery<Schema<'SegmentRead'>[]>('/api/v1/segments');
export const mailTemplatesQuery = () =>
  apiQuery<Schema<'Page_MailTemplateRow_'>>('/api/v1/mail-templates', { limit: 100 });

/** How many are where. */
export const countsQuery = (id: string, moving: boolean) => ({
  ...apiQuery<Counts>(`${JOURNEYS}/${id}/counts`),
  ...live(moving),
});

/** Versions, newest first, with how many are on each. */
export const versionsQuery = (id: string, moving: boolean) => ({
  ...apiQuery<Version[]>(`${JOURNEYS}/${id}/versions`),
  ...live(moving),
});

/** Rehearsals, newest first; read again while one runs. */
export const rehearsalsQuery = (id: string) => ({
  ...apiQuery<Rehearsal[]>(`${JOURNEYS}/${id}/rehearsals`),
  refetchInterval: ({ state }: { state: { data?: Rehearsal[] | undefined } }) =>
    state.data?.some((one) => one.state === 'running') ? 1_000 : (false as const),
});
