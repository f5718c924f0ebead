import { formatMoney, formatNumber, formatPercent } from '@/app/format';
import type { KeyNumber, StageValue } from './queries';

/** A key number in the reader's manner; an en dash where there is nothing to show. */
export function figure({ unit, value, currency }: Pick<KeyNumber, 'unit' | 'value' | 'currency'>) {
  if (value === null) return '–';
  if (unit === 'ratio') return formatPercent(value, 1);
  if (unit === 'money') return formatMoney(value, currency ?? 'USD', true);
  return formatNumber(value);
}

/** Open stages of the currency with the largest open amount, in board order; amounts are never mixed. */
export function openStages(stages: readonly StageValue[]): {
  currency: string;
  stages: StageValue[];
} {
  const totals = new Map<string, number>();
  const open = stages.filter((stage) => stage.kind === 'open');
  for (const stage of open) {
    totals.set(stage.currency, (totals.get(stage.currency) ?? 0) + stage.amount_minor);
  }
  const [currency = 'USD'] = [...totals.entries()].sort((a, b) => b[1] - a[1])[0] ?? [];
  return { currency, stages: open.filter((stage) => stage.currency === currency) };
}
