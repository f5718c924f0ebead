import { Badge, Group, Progress, Table, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber, formatPercent } from '@/app/format';

const share = (value: number | null) => (value === null ? '–' : formatPercent(value, 1));

/** Of so many draws, counted by their weights, an estimate says something. */
const LEAST_EFFECTIVE = 30;

type ArmRead = Schema<'JourneyArmRead'>;

interface ArmsTableProps {
  arms: readonly ArmRead[];
  /** What counts as reached, where it is not the goal. */
  reached?: string;
  /** What can be done with an arm, in a column of its own. */
  action?: (arm: ArmRead) => ReactNode;
}

/** The off-policy estimate with its standard error, once enough draws are over. */
function Always({ estimate }: { estimate: NonNullable<ArmRead['estimate']> | null }) {
  const { t } = useTranslation('journeys');
  if (!estimate || estimate.effective < LEAST_EFFECTIVE || estimate.error === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('results.tooFew')}
      </Text>
    );
  }
  return (
    <>
      {share(estimate.value)}
      <Text size="xs" c="dimmed">
        ± {share(estimate.error)}
        {estimate.clipped > 0 && ` · ${t('best.clipped', { count: estimate.clipped })}`}
      </Text>
    </>
  );
}

function Arm({ arm, action }: { arm: ArmRead; action: ArmsTableProps['action'] }) {
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
        {arm.lift_low != null && arm.lift_high != null && (
          <Text size="xs" c="dimmed">
            {share(arm.lift_low)} – {share(arm.lift_high)}
          </Text>
        )}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        {share(arm.best)}
      </Table.Td>
      <Table.Td className="tw-number" ta="end">
        <Always estimate={arm.estimate ?? null} />
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
      {action && <Table.Td ta="end">{action(arm)}</Table.Td>}
    </Table.Tr>
  );
}

/** The variants of a split: how each one does, with its interval, and the chance it has from here. Texts: load `journeys`. */
export function ArmsTable({ arms, reached, action }: ArmsTableProps) {
  const { t } = useTranslation('journeys');
  return (
    <Table.ScrollContainer
      minWidth={760}
      type="native"
      tabIndex={0}
      role="group"
      aria-label={t('results.variant')}
    >
      <Table verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('results.variant')}</Table.Th>
            <Table.Th ta="end">{t('results.drawn')}</Table.Th>
            <Table.Th ta="end">{reached ?? t('results.reached')}</Table.Th>
            <Table.Th ta="end">{t('results.rate')}</Table.Th>
            <Table.Th ta="end">{t('results.lift')}</Table.Th>
            <Table.Th ta="end">{t('results.best')}</Table.Th>
            <Table.Th ta="end">{t('results.always')}</Table.Th>
            <Table.Th>{t('results.next')}</Table.Th>
            {action && (
              <Table.Th>
                <span className="tw-hidden">{t('results.action')}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {arms.map((arm) => (
            <Arm key={arm.variant} arm={arm} action={action} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
