import { formatMoney, formatNumber, formatPercent } from '@/app/format';
import type { Metric, Series } from './queries';

/** A value as people read it; a dash where there is nothing to divide by. */
export function shownValue(
  value: number | null,
  unit: Metric['unit'],
  currency: string | null,
): string {
  if (value === null) return '–';
  if (unit === 'money' && currency) return formatMoney(value, currency, true);
  if (unit === 'ratio') return formatPercent(value, 1);
  return formatNumber(value, { maximumFractionDigits: 1 });
}

/** The series that stands for the metric, and those of other currencies beside it. */
export function mainSeries(series: readonly Series[]): [Series | undefined, readonly Series[]] {
  return [series[0], series.slice(1)];
}
