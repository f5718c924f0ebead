import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Overview = Schema<'SsoRead'>;
export type Connection = Schema<'ConnectionRead'>;
export type Domain = Schema<'DomainRead'>;
export type Attempt = Schema<'AttemptRead'>;
export type Finding = Schema<'FindingRead'>;

const BASE = '/api/v1/sso';

export const ssoQuery = () => apiQuery<Overview>(BASE);
export const attemptsQuery = (id: string) =>
  apiQuery<Schema<'AttemptList'>>(`${BASE}/connections/${id}/attempts`);
export const linksQuery = (id: string) =>
  apiQuery<Schema<'LinkList'>>(`${BASE}/connections/${id}/links`);

type Method = 'post' | 'patch' | 'put' | 'delete';

/** Sends a change and lets every list of the page be read again. */
export async function changeSso<T>(method: Method, path: string, body?: object): Promise<T> {
  try {
    return await request<T>(method, `${BASE}${path}`, body ? { body } : {});
  } finally {
    await invalidatePaths(BASE);
  }
}

export const checkConnection = (id: string) =>
  request<Schema<'CheckRead'>>('post', `${BASE}/connections/${id}/check`);

export const startTest = (id: string) =>
  request<Schema<'SsoStarted'>>('post', `${BASE}/connections/${id}/test`);
