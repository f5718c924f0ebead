import { Alert, Card, Group, Loader, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import type { Draft } from '../draft';
import type { Campaign, Reach } from '../queries';
import { reachQuery } from './queries';
import classes from './wizard.module.css';

const PAUSE_MS = 400;

/** How many people are reached of those meant, and why the others are not. */
export function ReachFigures({ reach }: { reach: Reach }) {
  const { t } = useTranslation('campaigns');
  const { people, reachable, reasons, waiting } = reach;
  const share = people > 0 ? reachable / people : 0;
  return (
    <>
      <div>
        <Text size="xl" fw={600} className="tw-number">
          {formatNumber(reachable)}
        </Text>
        <Text size="sm" c="dimmed" role="status">
          {t('reach.of', {
            count: people,
            shown: formatNumber(people),
            reached: formatNumber(reachable),
          })}
        </Text>
      </div>
      {waiting > 0 && (
        <Text size="sm">
          {t('reach.waiting', { count: waiting, shown: formatNumber(waiting) })}
        </Text>
      )}
      <div className={classes.bar} aria-hidden>
        <span style={{ width: `${100 * share}%` }} />
      </div>
      {reasons.some(({ count }) => count > 0) && (
        <div>
          <Text size="xs" c="dimmed" mb={4}>
            {t('reach.not', { share: formatPercent(1 - share) })}
          </Text>
          <ul className={classes.reasons}>
            {reasons
              .filter(({ count }) => count > 0)
              .map(({ rule, text, count }) => (
                <li key={rule} className={classes.reason}>
                  <span>{text}</span>
                  <span className="tw-number">{formatNumber(count)}</span>
                </li>
              ))}
          </ul>
        </div>
      )}
    </>
  );
}

/** Who would be reached now, counted anew a moment after each change. */
export function ReachCard({ campaign, draft }: { campaign: Campaign; draft: Draft }) {
  const { t } = useTranslation('campaigns');
  const [settled] = useDebouncedValue(draft, PAUSE_MS);
  const { data, error, refetch, isFetching } = useQuery(reachQuery(campaign.id, settled));
  const nobody = draft.audience.segments.length === 0 && draft.audience.conditions === null;
  return (
    <Card component="section" aria-label={t('reach.title')} className={classes.fields}>
      <Group justify="space-between" h={24}>
        <Title order={3} size="h3">
          {t('reach.title')}
        </Title>
        {isFetching && <Loader size={16} aria-label={t('reach.counting')} />}
      </Group>
      {nobody ? (
        <Text size="sm" c="dimmed">
          {t('reach.nobody')}
        </Text>
      ) : error ? (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      ) : !data ? (
        <LoadingLines lines={5} />
      ) : (
        <>
          <ReachFigures reach={data} />
          {data.people > 0 && data.reachable === 0 && (
            <Alert color="yellow">{t('reach.none')}</Alert>
          )}
        </>
      )}
    </Card>
  );
}
