import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Delivery } from './queries';
import type { STATES } from './search';

const COLOURS: Record<(typeof STATES)[number], string> = {
  sending: 'blue',
  deferred: 'yellow',
  sent: 'blue',
  delivered: 'green',
  refused: 'red',
  bounced: 'red',
  complained: 'red',
};

type Shown = Pick<Delivery, 'status' | 'bounce'>;

/** What became of a mail; a bounce says whether the address will ever work. */
export function DeliveryState({ delivery: { status, bounce } }: { delivery: Shown }) {
  const { t } = useTranslation('email');
  const state = status as (typeof STATES)[number];
  const soft = state === 'bounced' && bounce === 'soft';
  return (
    <Badge color={soft ? 'orange' : COLOURS[state]} miw="max-content">
      {t(soft ? 'delivery.soft' : `delivery.state.${state}`)}
    </Badge>
  );
}
