import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatPercent } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from '../campaigns.module.css';
import type { Campaign } from '../queries';
import { cohortsQuery } from './queries';

/** People by the week they entered, and how many had reached the goal by each week since. */
export function CohortsCard({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { data, error, refetch } = useQuery(cohortsQuery(campaign.id));
  const weeks = Math.max(0, ...(data ?? []).map(({ goals }) => goals.length));
  const most = Math.max(
    0.01,
    ...(data ?? []).flatMap(({ shares }) => shares.map((one) => one ?? 0)),
  );
  return (
    <SettingsCard title={t('cohorts.title')} description={t('cohorts.text')}>
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={3} height={32} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('cohorts.none')}
        </Text>
      )}
      {data && data.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={t('cohorts.table')}>
          <table className={classes.cohorts}>
            <thead>
              <tr>
                <th scope="col">{t('cohorts.week')}</th>
                <th scope="col">{t('cohorts.entered')}</th>
                {Array.from({ length: weeks }, (_, week) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: weeks are their numbers
                  <th key={week} scope="col">
                    {t('cohorts.after', { count: week + 1 })}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.map(({ week, entered, goals, shares }) => (
                <tr key={week}>
                  <th scope="row">{formatDate(week)}</th>
                  <td>{formatNumber(entered)}</td>
                  {goals.map((count, index) => {
                    const share = shares[index] ?? null;
                    return (
                      <td
                        // biome-ignore lint/suspicious/noArrayIndexKey: weeks are their numbers
                        key={index}
                        style={
                          { '--heat': share === null ? 0 : share / most } as React.CSSProperties
                        }
                        className={classes.heat}
                        title={t('cohorts.people', { shown: formatNumber(count) })}
                      >
                        {share === null ? t('tooFew') : formatPercent(share, 1)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </SettingsCard>
  );
}
