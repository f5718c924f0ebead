import { Collapse, Group, Stack, Text, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { MessageState } from '@/components/sending/message-state';
import { usePurposeName } from '@/components/sending/purpose-names';
import { ReasonList } from '@/components/sending/reason-list';
import { messageQuery, messagesQuery } from './queries';
import { RelatedCard } from './related-card';

type Message = Schema<'SendIntentRow'>;

function Reasons({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(messageQuery(id));
  if (error && !data)
    return <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />;
  return data ? <ReasonList decision={data.decision} /> : <LoadingLines lines={3} />;
}

function Line({ message }: { message: Message }) {
  const { t } = useTranslation('sending');
  const purposeName = usePurposeName();
  const [opened, setOpened] = useState(false);
  return (
    <Stack component="li" gap={4}>
      <UnstyledButton aria-expanded={opened} onClick={() => setOpened(!opened)}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" fw={500} className="tw-truncate">
            {t(`channel.${message.channel}`, { defaultValue: message.channel })} ·{' '}
            {purposeName(message.purpose)}
          </Text>
          <MessageState state={message.state} />
        </Group>
        <Text size="xs" c="dimmed">
          {formatDateTime(message.sent_at ?? message.finished_at ?? message.not_before)}
          {' · '}
          <Text span inherit c="var(--mantine-color-anchor)">
            {t('panel.why')}
          </Text>
        </Text>
        {message.reason && (
          <Text size="xs" c="dimmed">
            {message.reason}
          </Text>
        )}
      </UnstyledButton>
      <Collapse expanded={opened}>{opened && <Reasons id={message.id} />}</Collapse>
    </Stack>
  );
}

/** Messages to the lead: why each was sent, waits, or was not sent. Nothing without the right to see them. */
export function MessagesCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('sending');
  const maySee = useMay('sending:read');
  const query = useQuery({ ...messagesQuery(leadId), enabled: maySee });
  if (!maySee) return null;
  return (
    <RelatedCard
      title={t('panel.title')}
      count={query.data?.items.length}
      query={query}
      empty={t('panel.none')}
    >
      {query.data && query.data.items.length > 0 && (
        <Stack component="ul" gap="sm" m={0} p={0}>
          {query.data.items.map((message) => (
            <Line key={message.id} message={message} />
          ))}
        </Stack>
      )}
    </RelatedCard>
  );
}
