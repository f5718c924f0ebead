import type { Schema } from '@/api/api';
import { apiQuery, type Method, type RequestOptions, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';

export type Pool = Schema<'BudgetPoolRead'>;
export type Member = Pool['members'][number];
export type Decision = Schema<'BudgetDecisionRead'>;
export type Campaign = Schema<'CampaignRow'>;

export const BUDGETS = '/api/v1/budget-pools';

export const poolsQuery = () => apiQuery<Pool[]>(BUDGETS);
export const decisionsQuery = (id: string) => apiQuery<Decision[]>(`${BUDGETS}/${id}/decisions`);
export const campaignsQuery = () => apiQuery<Campaign[]>('/api/v1/campaigns');

/** Send a change below the list of budgets, and have everything of theirs read again. */
export async function changeBudget<T>(method: Method, path: string, options?: RequestOptions) {
  const answer = await request<T>(method, `${BUDGETS}${path}`, options);
  await invalidatePaths(BUDGETS);
  return answer;
}

const MICRO = 1_000_000;

export const toMicro = (dollars: number) => Math.round(dollars * MICRO);
export const toDollars = (micro: number) => micro / MICRO;

/** Micro-dollars as money; cents only where there are any. */
export const usd = (micro: number) =>
  formatNumber(micro / MICRO, {
    style: 'currency',
    currency: 'USD',
    currencyDisplay: 'narrowSymbol',
    minimumFractionDigits: micro % MICRO === 0 ? 0 : 2,
    maximumFractionDigits: 2,
  });
