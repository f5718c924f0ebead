import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type PromptSummary = Schema<'PromptSummary'>;
export type Prompt = Schema<'PromptRead'>;
export type Content = Schema<'PromptContent'>;
export type Variable = Schema<'Variable'>;
export type Test = Schema<'PromptTestRead'>;
export type Experiment = Schema<'ExperimentRead'>;
export type Expectation = Test['expectations'][number];

export const PROMPTS = '/api/v1/ai/prompts';

export const promptsQuery = () => apiQuery<Schema<'PromptList'>>(PROMPTS);
export const promptQuery = (key: string) => apiQuery<Prompt>(`${PROMPTS}/${key}`);
export const versionQuery = (key: string, number: number) =>
  apiQuery<Schema<'VersionRead'>>(`${PROMPTS}/${key}/versions/${number}`);
export const experimentsQuery = (key: string) =>
  apiQuery<Schema<'ExperimentList'>>(`${PROMPTS}/${key}/experiments`);

type Method = 'post' | 'patch' | 'put' | 'delete';

/** Sends a change and lets prompts be read again. */
export async function changePrompt<T>(
  method: Method,
  path: string,
  options: { body?: object; version?: number } = {},
): Promise<T> {
  try {
    return await request<T>(method, `${PROMPTS}${path}`, options);
  } finally {
    await invalidatePaths(PROMPTS);
  }
}
