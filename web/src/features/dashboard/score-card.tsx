import { Card, Group, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { LoadingLines } from '@/components/page-states';
import classes from './dashboard.module.css';
import type { Dashboard } from './queries';

/** How many leads stand in each band; a band leads to its list. */
export function ScoreCard({ scores }: { scores: Dashboard['score_distribution'] | undefined }) {
  const { t } = useTranslation('dashboard');
  const largest = Math.max(1, ...(scores?.bands.map((band) => band.count) ?? []));
  const hot = scores?.bands.find((band) => band.band === 'hot')?.count ?? 0;
  return (
    <Card component="section" aria-labelledby="dashboard-scores">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3" id="dashboard-scores">
            {t('scores.title')}
          </Title>
          <Text size="xs" c="dimmed" mih={16}>
            {scores &&
              t('scores.summary', {
                hot: formatNumber(hot),
                scored: formatNumber(scores.scored),
              })}
          </Text>
        </div>
        {!scores && <LoadingLines />}
        {scores && scores.scored === 0 && (
          <Text size="sm" c="dimmed">
            {t('scores.empty')}
          </Text>
        )}
        {scores && scores.scored > 0 && (
          <ul className={classes.bands}>
            {scores.bands.map(({ band, count }) => (
              <li key={band}>
                <Link
                  to={'/leads' as never}
                  search={{ filter: { field: 'score_band', op: 'eq', value: band } } as never}
                  className={classes.band}
                  data-band={band}
                >
                  <span>{t(`scores.${band}`)}</span>
                  <svg
                    className={classes.track}
                    viewBox="0 0 100 8"
                    preserveAspectRatio="none"
                    aria-hidden
                  >
                    <rect className={classes.fill} width={(100 * count) / largest} height="8" />
                  </svg>
                  <span className={`${classes.count} tw-number`}>{formatNumber(count)}</span>
                  <span className="tw-hidden">{t('scores.show')}</span>
                </Link>
              </li>
            ))}
          </ul>
        )}
        {scores && scores.unscored > 0 && (
          <Group>
            <Text size="xs" c="dimmed">
              {t('scores.unscored', { count: scores.unscored })}
            </Text>
          </Group>
        )}
      </Stack>
    </Card>
  );
}
