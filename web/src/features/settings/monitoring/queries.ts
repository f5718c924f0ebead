import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Alert = Schema<'AlertRead'>;
export type Rule = Schema<'RuleRead'>;
export type Lock = Schema<'LockRead'>;

const BASE = '/api/v1/security';

/** Whether the threshold of a rule is a multiple of what is usual. */
export const comparesVolume = (rule: Rule) => rule.rule.endsWith('_volume');

export const alertsQuery = (show: 'open' | 'closed', cursor?: string) =>
  apiQuery<Schema<'Page_AlertRead_'>>(`${BASE}/alerts`, { show, cursor });
export const rulesQuery = () => apiQuery<Schema<'RuleList'>>(`${BASE}/rules`);
export const locksQuery = () => apiQuery<Schema<'LockList'>>(`${BASE}/locks`);

/** Sends a change and lets the page be read again. */
export async function change(method: 'patch' | 'delete', path: string, body?: object) {
  try {
    return await request(method, `${BASE}${path}`, body ? { body } : {});
  } finally {
    await invalidatePaths(BASE);
  }
}
