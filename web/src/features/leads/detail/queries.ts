import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type LeadScore = Schema<'LeadScoreRead'>;
export type Merge = Schema<'MergeRead'>;
export type Duplicate = Schema<'DuplicateCandidate'>;
export type Deal = Schema<'DealRead'>;
export type Secret = Schema<'LeadSecretRead'>;
export type Consents = Schema<'LeadConsents'>;
export type ConsentContact = Schema<'LeadContact'>;
export type ConsentLine = Schema<'LedgerEntry'>;
export type Note = Schema<'NoteRead'>;
export type StoredFile = Schema<'FileRead'>;
export type Visits = Schema<'VisitsRead'>;
export type Touch = Schema<'TouchRead'>;
export type VisitorMerge = Schema<'VisitorMergeRead'>;

export const scoreQuery = (id: string, at?: string) =>
  apiQuery<LeadScore>(`/api/v1/leads/${id}/score`, { at });
export const duplicatesQuery = (id: string) =>
  apiQuery<Duplicate[]>(`/api/v1/leads/${id}/duplicates`);
export const mergesQuery = (id: string) => apiQuery<Merge[]>(`/api/v1/leads/${id}/merges`);
export const noteQuery = (id: string) => apiQuery<Note>(`/api/v1/notes/${id}`);
export const filesQuery = (id: string) => apiQuery<StoredFile[]>(`/api/v1/leads/${id}/files`);
export const secretsQuery = (id: string) => apiQuery<Secret[]>(`/api/v1/leads/${id}/secrets`);
export const consentsQuery = (id: string) => apiQuery<Consents>(`/api/v1/leads/${id}/consents`);
export const dealsQuery = (id: string) =>
  apiQuery<Schema<'Page_DealRead_'>>('/api/v1/deals', { lead_id: id, limit: 50 });
export const openTasksQuery = (id: string) =>
  apiQuery<Schema<'Page_TaskRead_'>>('/api/v1/tasks', { lead_id: id, state: 'open', limit: 50 });
export const decisionsQuery = (id: string) =>
  apiQuery<Schema<'RoutingDecisionRead'>[]>('/api/v1/routing-rules/decisions', {
    lead_id: id,
    limit: 5,
  });
export const pipelinesQuery = () => apiQuery<Schema<'PipelineRead'>[]>('/api/v1/pipelines');
export const visitsQuery = (id: string, limit?: number) =>
  apiQuery<Visits>(`/api/v1/leads/${id}/visits`, { limit });
export const visitorMergesQuery = (id: string) =>
  apiQuery<VisitorMerge[]>(`/api/v1/leads/${id}/visitor-merges`);

export const enrolmentsQuery = (id: string) =>
  apiQuery<Schema<'PersonEnrolment'>[]>('/api/v1/journey-enrolments', { person_id: id, limit: 10 });

interface Messages {
  items: Schema<'SendIntentRow'>[];
}

/** The newest messages to the lead: sent, waiting, or not sent. */
export const messagesQuery = (leadId: string) =>
  apiQuery<Messages>('/api/v1/sending/intents', { person_id: leadId, limit: 10 });
export const messageQuery = (id: string) =>
  apiQuery<Schema<'SendIntentRead'>>(`/api/v1/sending/intents/${id}`);
