import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import type { EventRow, Source } from './queries';

const HEALTH: Record<Source['health'], string> = {
  waiting: 'gray',
  healthy: 'green',
  quiet: 'yellow',
  rejecting: 'red',
  key_ended: 'red',
  disabled: 'gray',
};

export function HealthBadge({ health }: { health: Source['health'] }) {
  const { t } = useTranslation('sources');
  return (
    <Badge color={HEALTH[health]} miw="max-content">
      {t(`health.${health}`)}
    </Badge>
  );
}

/** How likely a person caused an event. */
export function HumanBadge({ event }: { event: Pick<EventRow, 'human' | 'likely_bot'> }) {
  const { t } = useTranslation('sources');
  return (
    <Badge color={event.likely_bot ? 'yellow' : 'green'} className="tw-number" miw="max-content">
      {t(event.likely_bot ? 'human.bot' : 'human.person', { share: formatPercent(event.human) })}
    </Badge>
  );
}
