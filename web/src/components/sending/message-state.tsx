import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';

type State = Schema<'SendIntentRow'>['state'];

const COLOURS: Record<State, string> = {
  held: 'yellow',
  scheduled: 'blue',
  attempting: 'blue',
  sent: 'green',
  refused: 'red',
  blocked: 'gray',
  cancelled: 'gray',
  expired: 'gray',
  unknown: 'orange',
};

/** Where a message stands (texts: load `sending`). */
export function MessageState({ state }: { state: State }) {
  const { t } = useTranslation('sending');
  return (
    <Badge color={COLOURS[state]} miw="max-content">
      {t(`state.${state}`)}
    </Badge>
  );
}
