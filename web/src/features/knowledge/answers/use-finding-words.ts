import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatPercent } from '@/app/format';
import type { Finding } from './queries';

/** Gives a finding in one sentence. */
export function useFindingWords(): (finding: Finding) => string {
  const { t } = useTranslation('knowledge/answers');
  return ({ kind, facts }) => {
    const text = (name: string) => String(facts[name] ?? '');
    const count = (name: string) => Number(facts[name] ?? 0);
    switch (kind) {
      case 'conflict':
        return t(`issues.conflict.${text('topic')}`, {
          said: text('said'),
          other: text('other_said'),
        });
      case 'duplicate':
        return t('issues.what.duplicate', { overlap: formatPercent(count('overlap')) });
      case 'expired':
        return t(facts.over ? 'issues.what.expired' : 'issues.what.expiring', {
          date: formatDate(text('expires_at')),
        });
      case 'unreviewed':
        return t('issues.what.unreviewed', { count: count('months') });
      case 'past_date':
        return t('issues.what.past_date', { written: text('written') });
      case 'broken_link':
        return t('issues.what.broken_link', { address: text('address') });
      case 'scope':
        return t('issues.what.scope', {
          scope: t(`issues.scopes.${text('scope')}`),
          other: t(`issues.scopes.${text('other_scope')}`),
        });
      case 'empty':
        return t('issues.what.empty', { count: count('words') });
      case 'too_long':
        return t('issues.what.too_long', { shown: formatNumber(count('words')) });
      case 'orders':
        return t('issues.what.orders');
    }
  };
}
