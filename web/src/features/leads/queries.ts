import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { type LeadsSearch, leadsRequest } from './search';

export type LeadRow = Schema<'LeadRow'>;
export type Lead = Schema<'LeadRead'>;
export type LeadStatus = LeadRow['status'];
export type BulkAction = Schema<'BulkRequest'>['action'];

export const STATUSES: LeadStatus[] = [
  'new',
  'contacted',
  'qualified',
  'unqualified',
  'customer',
  'lost',
];

export const leadsQuery = (search: LeadsSearch) => ({
  ...apiQuery<Schema<'Page_LeadRow_'>>('/api/v1/leads', leadsRequest(search)),
  placeholderData: keepPreviousData,
});
export const fieldsQuery = () => ({
  ...apiQuery<Schema<'FieldsRead'>>('/api/v1/leads/fields'),
  staleTime: 60_000,
});
export const viewsQuery = () => apiQuery<Schema<'ViewRead'>[]>('/api/v1/views', { entity: 'lead' });
export const leadQuery = (id: string) => apiQuery<Lead>(`/api/v1/leads/${id}`);
export const tagsQuery = () => apiQuery<Schema<'TagRead'>[]>('/api/v1/tags');
export const journeysQuery = () =>
  apiQuery<Schema<'JourneyRow'>[]>('/api/v1/journeys', { state: 'live' });
export const segmentsQuery = () => apiQuery<Schema<'SegmentRead'>[]>('/api/v1/segments');
export const timelineQuery = (id: string, kind: string | undefined, cursor?: string) =>
  apiQuery<Schema<'TimelinePage'>>(`/api/v1/leads/${id}/timeline`, { kind, cursor });
export const tasksQuery = (leadId: string) =>
  apiQuery<{ items: Schema<'TaskRead'>[] }>('/api/v1/tasks', { lead_id: leadId });
export const filesQuery = (leadId: string) =>
  apiQuery<Schema<'FileRead'>[]>(`/api/v1/leads/${leadId}/files`);
export const dealsQuery = (leadId: string) =>
  apiQuery<Schema<'Page_DealRead_'>>('/api/v1/deals', { lead_id: leadId });
export const duplicatesQuery = (leadId: string) =>
  apiQuery<Schema<'DuplicateCandidate'>[]>(`/api/v1/leads/${leadId}/duplicates`);
export const customFieldsQuery = () =>
  queryOptions({
    ...apiQuery<Schema<'CustomFieldRead'>[]>('/api/v1/custom-fields', { entity: 'lead' }),
    staleTime: 60_000,
  });
