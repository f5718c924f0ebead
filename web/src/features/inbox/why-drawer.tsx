import { Drawer, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { turnsByMessage } from '@/components/conversation/turn';
import { TurnView } from '@/components/conversation/turn-view';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { turnsQuery } from './queries';

interface WhyDrawerProps {
  conversation: string;
  /** The visitor's message that was answered; none while closed. */
  sequence: number | undefined;
  onClose: () => void;
}

/** Why the agent answered a message as it did. */
export function WhyDrawer({ conversation, sequence, onClose }: WhyDrawerProps) {
  const { t } = useTranslation('inbox');
  const { data, error, refetch } = useQuery({
    ...turnsQuery(conversation),
    enabled: sequence !== undefined,
  });
  const turn = data && sequence !== undefined && turnsByMessage(data.items).get(sequence);
  return (
    <Drawer opened={sequence !== undefined} onClose={onClose} size={440} title={t('why.title')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} />}
      {turn && <TurnView turn={turn} />}
      {data && !turn && (
        <Text size="sm" c="dimmed">
          {t('why.none')}
        </Text>
      )}
    </Drawer>
  );
}
