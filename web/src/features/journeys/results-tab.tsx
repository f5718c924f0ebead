import { Badge, Group, Progress, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { StatCard } from '@/components/stat-card';
import classes from './builder.module.css';
import type { TabProps } from './journey-page';
import { type Split, splitsQuery } from './queries';

const share = (value: number | null) => (value === null ? '–' : formatPercent(value, 1));

function Arm({ arm }: { arm: Split['arms'][number] }) {
  const { t } = useTranslation('journeys');
  return (
    <Table.Tr>
      <Table.Td>
        <Group gap="xs">
          {arm.name || t('variant', { key: arm.variant.toUpperCase() })}
          {arm.holdout && <Badge color="gray">{t('split.holdout')}</Badge>}
        </Group>
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {formatNumber(arm.drawn)}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {formatNumber(arm.rewarded)}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {share(arm.rate)}
        <Text size="xs" c="dimmed">
          {arm.low !== null && arm.high !== null
            ? `${share(arm.low)} – ${share(arm.high)}`
            : t('results.tooFew')}
        </Text>
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {share(arm.lift)}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {share(arm.best)}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {share(arm.value_if_always)}
        {arm.value_error !== null && (
          <Text size="xs" c="dimmed">
            ± {share(arm.value_error)}
          </Text>
        )}
      </Table.Td>
      <Table.Td miw={96}>
        <Group gap="xs" wrap="nowrap">
          <Progress
            flex={1}
            value={100 * arm.propensity}
            aria-label={t('results.chanceOf', { name: arm.name || arm.variant })}
          />
          <span className="tw-number">{formatPercent(arm.propensity)}</span>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** What came of it: how many reached the goal, and how the variants of each split do. */
export function ResultsTab({ journey }: TabProps) {
  const { t } = useTranslation('journeys');
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
          <Table.ScrollContainer minWidth={760}>
            <Table verticalSpacing="xs">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('results.variant')}</Table.Th>
                  <Table.Th ta="end">{t('results.drawn')}</Table.Th>
                  <Table.Th ta="end">{t('results.reached')}</Table.Th>
                  <Table.Th ta="end">{t('results.rate')}</Table.Th>
                  <Table.Th ta="end">{t('results.lift')}</Table.Th>
                  <Table.Th ta="end">{t('results.best')}</Table.Th>
                  <Table.Th ta="end">{t('results.always')}</Table.Th>
                  <Table.Th>{t('results.next')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {split.arms.map((arm) => (
                  <Arm key={arm.variant} arm={arm} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </SettingsCard>
      ))}
    </Stack>
  );
}
