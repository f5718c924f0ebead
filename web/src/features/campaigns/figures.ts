import { formatMoney, formatNumber, formatPercent } from '@/app/format';
import type { Amount, Results, Share } from './queries';

/** Amounts of several currencies, side by side: they are never added up. */
export const amounts = (list: readonly Amount[]): string =>
  list
    .filter(({ amount_minor }) => amount_minor !== 0)
    .map(({ amount_minor, currency }) => formatMoney(amount_minor, currency))
    .join(' + ');

/** A rate with its interval: "12 % (9–15 %)"; nothing below the number of people it needs. */
export function interval({ enough, rate, low, high }: Share): string | undefined {
  if (!enough || rate === null || low === null || high === null) return undefined;
  return `${formatPercent(rate, 1)} (${formatPercent(low, 1)} – ${formatPercent(high, 1)})`;
}

export interface Stage {
  key:
    | 'audience'
    | 'entered'
    | 'sent'
    | 'delivered'
    | 'opened'
    | 'clicked'
    | 'replied'
    | 'goal'
    | 'won';
  people: number;
  /** Of those who entered, as a ratio. */
  share: number;
}

const STAGES: readonly Stage['key'][] = [
  'entered',
  'sent',
  'delivered',
  'opened',
  'clicked',
  'replied',
  'goal',
  'won',
];

/** The funnel from the top; what is not tracked is left out. */
export function stages(funnel: Results['funnel']): Stage[] {
  const all = Math.max(1, funnel.entered);
  return STAGES.flatMap((key) => {
    const people = funnel[key];
    return people === null || people === undefined ? [] : [{ key, people, share: people / all }];
  });
}

/** Shown below a bar that is too narrow for anything else: "1,204 · 82 %". */
export const counted = ({ people, share }: Stage): string =>
  `${formatNumber(people)} · ${formatPercent(share)}`;
