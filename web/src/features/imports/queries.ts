import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Import = Schema<'ImportRead'>;
export type ImportRow = Schema<'ImportRow'>;
export type Suggestion = Schema<'SuggestionRead'>;
export type Target = Schema<'TargetRead'>;
export type Preview = Schema<'PreviewRead'>;

const WORKING = new Set(['uploaded', 'running', 'undoing']);

/** The WebSocket tells of progress; asking every two seconds covers a lost connection. */
export const importQuery = (id: string) => ({
  ...apiQuery<Import>(`/api/v1/imports/${id}`),
  refetchInterval: ({ state }: { state: { data?: Import | undefined } }) =>
    state.data && WORKING.has(state.data.state) ? 2000 : (false as const),
});
export const importsQuery = () => apiQuery<ImportRow[]>('/api/v1/imports');
export const targetsQuery = () => ({
  ...apiQuery<Target[]>('/api/v1/imports/targets'),
  staleTime: Infinity,
});
export const previewQuery = (id: string, key: string) => ({
  ...apiQuery<Preview>(`/api/v1/imports/${id}/preview`),
  // The mapping decides what the preview shows, so it is part of the key.
  queryKey: ['get', `/api/v1/imports/${id}/preview`, key],
});
export const customFieldsQuery = () =>
  apiQuery<Schema<'CustomFieldRead'>[]>('/api/v1/custom-fields', { entity: 'lead' });
