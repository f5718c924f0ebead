import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Metric = Schema<'MetricRead'>;
export type MetricList = Schema<'MetricList'>;
export type MetricValues = Schema<'MetricValues'>;
export type Series = Schema<'Series'>;

export const METRICS = '/api/v1/metrics';

const DAY_MS = 86_400_000;
const INTERVALS = { 30: 'day', 90: 'week', 365: 'month' } as const;

/** A day of the calendar here, `ago` days before today, as the API takes it. */
export function dayAgo(ago: number, now: number = Date.now()): string {
  const day = new Date(now - ago * DAY_MS);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

export const metricsQuery = () => apiQuery<MetricList>(METRICS);
export const fieldsQuery = () => ({
  ...apiQuery<Schema<'FieldsRead'>>('/api/v1/leads/fields'),
  staleTime: 60_000,
});
export const valuesQuery = (key: string, days: 30 | 90 | 365, human: boolean) => ({
  ...apiQuery<MetricValues>(`${METRICS}/${key}/values`, {
    from: dayAgo(days - 1),
    to: dayAgo(0),
    interval: INTERVALS[days],
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    human,
  }),
  staleTime: 60_000,
});
