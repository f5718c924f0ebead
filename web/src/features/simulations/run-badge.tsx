import { Badge, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import type { Run } from './queries';

const COLOURS: Record<Run['state'], string> = {
  queued: 'gray',
  running: 'blue',
  passed: 'green',
  failed: 'red',
  broken: 'yellow',
};

/** How a run stands, and whether it speaks of the present draft. */
export function RunBadge({ run }: { run: Run | null }) {
  const { t } = useTranslation('simulations');
  if (!run) return <Badge color="gray">{t('state.never')}</Badge>;
  return (
    <Group gap={4}>
      <Badge color={COLOURS[run.state]}>{t(`state.${run.state}`)}</Badge>
      {!run.current && <Badge color="yellow">{t('state.outdated')}</Badge>}
    </Group>
  );
}

/** The chance to pass all repetitions, with its interval. */
export function Reliability({ run }: { run: Run }) {
  const { t } = useTranslation('simulations');
  if (run.pass_k === null || run.pass_low === null || run.pass_high === null) return null;
  return (
    <Text size="sm" c="dimmed" className="tw-number">
      {t('passK', {
        k: run.repetitions,
        value: formatPercent(run.pass_k),
        low: formatPercent(run.pass_low),
        high: formatPercent(run.pass_high),
      })}
    </Text>
  );
}
