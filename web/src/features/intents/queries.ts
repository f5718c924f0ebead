import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';

export type IntentSet = Schema<'IntentSetRead'>;
export type SetDetail = Schema<'IntentSetDetail'>;
export type Intent = Schema<'IntentRead'>;
export type Example = Schema<'ExampleRead'>;
export type Model = Schema<'IntentModelRead'>;
export type Card = Schema<'IntentModelDetail'>;
export type Result = Schema<'IntentResultRead'>;
export type Suggestion = Schema<'IntentSuggestion'>;
export type Template = Schema<'IntentTemplateRead'>;

export const SETS = '/api/v1/intent-sets';
export const SUGGESTIONS = '/api/v1/intent-suggestions';

export const setPath = (id: string) => `${SETS}/${id}`;
export const examplesPath = (setId: string, intentId: string) =>
  `${SETS}/${setId}/intents/${intentId}/examples`;

export const setsQuery = () => apiQuery<IntentSet[]>(SETS);
export const templatesQuery = () => ({
  ...apiQuery<Template[]>('/api/v1/intent-templates'),
  staleTime: Number.POSITIVE_INFINITY,
});
export const setQuery = (id: string) => apiQuery<SetDetail>(setPath(id));
export const examplesQuery = (setId: string, intentId: string) =>
  apiQuery<Example[]>(examplesPath(setId, intentId));
export const modelsQuery = (id: string) => apiQuery<Model[]>(`${setPath(id)}/models`);
export const cardQuery = (id: string, model: string) =>
  apiQuery<Card>(`${setPath(id)}/models/${model}`);
export const suggestionsQuery = (id: string) =>
  apiQuery<Schema<'SuggestionList'>>(SUGGESTIONS, { set_id: id });
export const runQuery = (id: string) => apiQuery<Schema<'JobRunRead'>>(`/api/v1/jobs/${id}`);
export const classifyQuery = (key: string, version: number, text: string) =>
  queryOptions({
    queryKey: ['post', `/api/v1/intents/${key}/classify`, version, text],
    queryFn: ({ signal }) =>
      request<Result>('post', `/api/v1/intents/${key}/classify`, { body: { text }, signal }),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    retry: false,
  });
