import { Badge, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './best-hours.module.css';
import { bestHoursQuery } from './queries';

type BestHours = Schema<'BestHoursRead'>;
type Wait = BestHours['waits'][number];

const DAYS = [0, 1, 2, 3, 4, 5, 6] as const;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const LEAST_EFFECTIVE = 30;
const TOP = 3;
/** Hours with half the answers of the best one look clearly paler. */
const CONTRAST = 2;
const two = (hour: number) => String(hour % 24).padStart(2, '0');

/** The week, an hour a cell: the darker, the more answers. */
function Week({ shares }: { shares: number[] }) {
  const { t } = useTranslation('journeys');
  const most = Math.max(...shares);
  const day = (hour: number) => t(`weekday.${DAYS[Math.floor(hour / 24)] ?? 0}`);
  const told = (hour: number) =>
    `${day(hour)} ${two(hour)}–${two(hour + 1)} (${formatPercent(shares[hour] ?? 0, 1)})`;
  const top = [...shares.keys()].sort((one, other) => (shares[other] ?? 0) - (shares[one] ?? 0));
  return (
    <Stack gap="xs">
      <div className={classes.scroll}>
        <div className={classes.week} aria-hidden>
          <span />
          {HOURS.map((hour) => (
            <span key={hour} className={classes.label}>
              {hour % 6 === 0 ? two(hour) : ''}
            </span>
          ))}
          {DAYS.map((one) => [
            <span key={one} className={classes.label}>
              {day(one * 24).slice(0, 2)}
            </span>,
            ...HOURS.map((hour) => (
              <span
                key={`${one}-${hour}`}
                className={classes.cell}
                style={
                  {
                    '--share': ((shares[one * 24 + hour] ?? 0) / most) ** CONTRAST,
                  } as CSSProperties
                }
                title={told(one * 24 + hour)}
              />
            )),
          ])}
        </div>
      </div>
      <Text size="sm">{t('best.top', { hours: top.slice(0, TOP).map(told).join(', ') })}</Text>
    </Stack>
  );
}

function Arm({ arm }: { arm: Wait['arms'][number] }) {
  const { t } = useTranslation('journeys');
  const { estimate } = arm;
  return (
    <Table.Tr>
      <Table.Td>{t(`best.arm.${arm.arm}`)}</Table.Td>
      <Table.Td ta="end" className="tw-number">
        {formatNumber(arm.drawn)}
      </Table.Td>
      <Table.Td ta="end" className="tw-number">
        {formatNumber(arm.answered)}
      </Table.Td>
      <Table.Td ta="end" className="tw-number">
        {estimate && estimate.effective >= LEAST_EFFECTIVE ? (
          <>
            {formatPercent(estimate.value, 1)}
            <Text size="xs" c="dimmed">
              ± {formatPercent(estimate.error, 1)}
            </Text>
          </>
        ) : (
          <Text size="xs" c="dimmed">
            {t('results.tooFew')}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function Gain({ wait }: { wait: Wait }) {
  const { t } = useTranslation('journeys');
  const clipped = wait.arms.reduce((sum, { estimate }) => sum + (estimate?.clipped ?? 0), 0);
  const nothing = wait.explore > 0 ? 'best.noGain' : 'best.noExploring';
  return (
    <Text size="sm">
      {wait.gain
        ? t('best.gain', {
            gain: formatPercent(wait.gain[0], 1),
            error: formatPercent(wait.gain[1], 1),
          })
        : t(nothing)}
      {clipped > 0 && ` ${t('best.clipped', { count: clipped })}`}
    </Text>
  );
}

function WaitPart({ wait }: { wait: Wait }) {
  const { t } = useTranslation('journeys');
  return (
    <Stack gap="xs">
      <Text size="sm" fw={500}>
        {wait.name}
      </Text>
      <Group gap={4}>
        {Object.entries(wait.decided).map(([code, people]) => (
          <Badge key={code} color="gray">
            {t(`best.decided.${code as 'best_own'}`)}: {formatNumber(people)}
          </Badge>
        ))}
      </Group>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('best.hour')}</Table.Th>
              <Table.Th ta="end">{t('results.drawn')}</Table.Th>
              <Table.Th ta="end">{t('best.answered')}</Table.Th>
              <Table.Th ta="end">{t('best.ifAlways')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {wait.arms.map((arm) => (
              <Arm key={arm.arm} arm={arm} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Gain wait={wait} />
    </Stack>
  );
}

/** When people answer, and what waiting for their best hour brings; nothing where no step waits for it. */
export function BestHoursCard({ journeyId, asked }: { journeyId: string; asked: boolean }) {
  const { t } = useTranslation('journeys');
  const { data, error, refetch } = useQuery({ ...bestHoursQuery(journeyId), enabled: asked });
  if (!asked) return null;
  return (
    <SettingsCard title={t('best.title')} description={t('best.description')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={4} height={44} />}
      {data && !data.enough && (
        <Text size="sm" c="dimmed">
          {t('best.tooFew', { count: data.answers, shown: formatNumber(data.answers) })}
        </Text>
      )}
      {data?.enough && <Week shares={data.shares} />}
      {data?.refreshed_at && (
        <Text size="xs" c="dimmed">
          {t('best.basis', {
            answers: formatNumber(data.answers),
            people: formatNumber(data.people),
            when: formatRelative(data.refreshed_at),
          })}{' '}
          {data.strength === null
            ? t('best.alike')
            : t('best.strength', { count: Math.round(data.strength) })}
        </Text>
      )}
      {data?.waits.map((wait) => (
        <WaitPart key={wait.node} wait={wait} />
      ))}
    </SettingsCard>
  );
}
