import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { useMay } from '@/app/permissions';
import { ArmsTable } from '@/components/journey/arms-table';
import { ChosenVariant } from '@/components/journey/chosen-variant';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { StatCard } from '@/components/stat-card';
import { BestHoursCard } from './best-hours-card';
import classes from './builder.module.css';
import type { TabProps } from './journey-page';
import { splitsQuery } from './queries';

/** What came of it: how many reached the goal, and how the variants of each split do. */
export function ResultsTab({ journey, draft }: TabProps) {
  const { t } = useTranslation('journeys');
  const mayLaunch = useMay('campaigns:launch');
  const { data, error, refetch } = useQuery(splitsQuery(journey.id));
  const { waiting, done, exited, failed, goal } = journey.people;
  const entered = waiting + done + exited + failed;
  return (
    <Stack gap="md">
      <div className={classes.report}>
        <StatCard label={t('results.entered')} value={formatNumber(entered)} />
        <StatCard label={t('results.inside')} value={formatNumber(waiting)} />
        <StatCard
          label={t('results.goal')}
          value={formatNumber(goal)}
          hint={entered > 0 ? formatPercent(goal / entered, 1) : undefined}
        />
        <StatCard label={t('results.exited')} value={formatNumber(exited)} />
        <StatCard label={t('results.failed')} value={formatNumber(failed)} />
      </div>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={4} height={44} />}
      {data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('results.noSplits')}
        </Text>
      )}
      {data?.map((split) => (
        <SettingsCard
          key={`${split.version_number}${split.node}`}
          title={split.name || t('kind.split')}
          description={t(`results.${split.method}`, { days: split.reward_days })}
        >
          {split.chosen && (
            <ChosenVariant
              chosen={split.chosen}
              name={
                split.arms.find(({ variant }) => variant === split.chosen?.variant)?.name ??
                split.chosen.variant
              }
              path={
                mayLaunch ? `/api/v1/journeys/${journey.id}/splits/${split.node}/choice` : undefined
              }
            />
          )}
          <ArmsTable arms={split.arms} />
        </SettingsCard>
      ))}
      <BestHoursCard
        journeyId={journey.id}
        asked={draft.value.nodes.some(({ settings }) => settings?.until === 'best')}
      />
    </Stack>
  );
}
