import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { CAMPAIGNS, type Cohort, type Cost, type Results } from '../queries';

const LIVE_MS = 5_000;

/** Read again now and then while people move. */
const live = (moving: boolean) => ({ refetchInterval: moving ? LIVE_MS : (false as const) });

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

/** All campaigns side by side, in a span of days. */
export const barsQuery = (from: string, to: string) => ({
  ...apiQuery<Schema<'CampaignsTimeline'>>(`${CAMPAIGNS}/timeline`, { from, to }),
  placeholderData: keepPreviousData,
});
