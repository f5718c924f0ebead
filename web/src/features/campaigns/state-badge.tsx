import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { State } from './search';

const COLOURS = {
  draft: 'gray',
  scheduled: 'blue',
  live: 'green',
  paused: 'yellow',
  done: 'teal',
  stopped: 'red',
} as const;

/** Where a campaign stands. */
export function StateBadge({ state }: { state: State }) {
  const { t } = useTranslation('campaigns');
  return <Badge color={COLOURS[state]}>{t(`state.${state}`)}</Badge>;
}
