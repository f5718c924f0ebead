import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Delivery, Endpoint } from './queries';

const HEALTH: Record<Endpoint['health'], string> = {
  new: 'gray',
  healthy: 'green',
  failing: 'yellow',
  paused: 'gray',
  disabled: 'red',
};
const STATES: Record<Delivery['state'], string> = {
  waiting: 'yellow',
  sending: 'blue',
  delivered: 'green',
  failed: 'red',
};

export function HealthBadge({ health }: { health: Endpoint['health'] }) {
  const { t } = useTranslation('webhooks');
  return (
    <Badge color={HEALTH[health]} miw="max-content">
      {t(`health.${health}`)}
    </Badge>
  );
}

export function StateBadge({ state }: { state: Delivery['state'] }) {
  const { t } = useTranslation('webhooks');
  return <Badge color={STATES[state]}>{t(`state.${state}`)}</Badge>;
}
