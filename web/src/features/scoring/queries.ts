import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Summary = Schema<'SummaryRead'>;
export type Distribution = Schema<'DistributionRead'>;
export type ModelSummary = Schema<'ModelSummary'>;
export type ModelDetail = Schema<'ModelDetail'>;
export type JobRun = Schema<'JobRunRead'>;

export const summaryQuery = () => apiQuery<Summary>('/api/v1/scoring/summary');
export const distributionQuery = () => apiQuery<Distribution>('/api/v1/scoring/distribution');
export const modelsQuery = () => apiQuery<Schema<'ModelList'>>('/api/v1/scoring/models');
export const modelQuery = (id: string) => apiQuery<ModelDetail>(`/api/v1/scoring/models/${id}`);
export const jobsQuery = () => apiQuery<{ items: JobRun[] }>('/api/v1/jobs');
