import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Provider = Schema<'ProviderRead'>;
export type Connection = Schema<'ModelConnectionRead'>;
export type Model = Schema<'ModelRead'>;
export type Route = Schema<'RouteRead'>;
export type Policy = Schema<'PolicyRead'>;
export type Topic = Schema<'Topic'>;
export type Budget = Schema<'BudgetRead'>;
export type Usage = Schema<'UsageRead'>;
export type Task = NonNullable<Route['task']>;
export type Capability = Model['capability'];

export const AI = '/api/v1/ai';
export const TASKS: readonly Task[] = [
  'answer',
  'summarise',
  'classify',
  'draft',
  'extract',
  'agent',
];
export const CAPABILITIES: readonly Capability[] = [
  'text',
  'embedding',
  'speech_to_text',
  'text_to_speech',
  'image',
  'video',
];

export const statusQuery = () => apiQuery<Schema<'StatusRead'>>(`${AI}/status`);
export const providersQuery = () => ({
  ...apiQuery<Provider[]>(`${AI}/providers`),
  staleTime: 3_600_000,
});
export const connectionsQuery = () => apiQuery<Connection[]>(`${AI}/connections`);
export const modelsQuery = () => apiQuery<Model[]>(`${AI}/models`);
export const routesQuery = () => apiQuery<Route[]>(`${AI}/routes`);
export const policyQuery = () => apiQuery<Policy>(`${AI}/policy`);
export const budgetsQuery = () => apiQuery<Budget[]>(`${AI}/budgets`);
export const usageQuery = (groupBy: Usage['group_by'], since: string, until: string) =>
  apiQuery<Usage>(`${AI}/usage`, { group_by: groupBy, since, until });

type Method = 'post' | 'patch' | 'put' | 'delete';

/** Sends a change and lets everything about models be read again. */
export async function changeAi<T>(
  method: Method,
  path: string,
  options: { body?: object; version?: number } = {},
): Promise<T> {
  try {
    return await request<T>(method, `${AI}${path}`, options);
  } finally {
    await invalidatePaths(AI);
  }
}
