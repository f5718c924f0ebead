import { Alert, Button, Drawer, Group, Stack, Table, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconHelpCircle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { MessageState } from '@/components/sending/message-state';
import { usePurposeName } from '@/components/sending/purpose-names';
import { ReasonList } from '@/components/sending/reason-list';
import { toastError, toastSuccess } from '@/components/toasts';
import { change, type MessageDetail, messageQuery } from './queries';

function Facts({ message }: { message: MessageDetail }) {
  const { t } = useTranslation('sending');
  const purposeName = usePurposeName();
  const when = (moment: string | null) => (moment ? formatDateTime(moment) : null);
  const facts: [string, React.ReactNode][] = [
    [t('message.to'), message.address ?? t('message.forgotten')],
    [t('message.channel'), t(`channel.${message.channel}`, { defaultValue: message.channel })],
    [t('message.purpose'), purposeName(message.purpose)],
    [t('message.created'), when(message.created_at)],
    [t('message.notBefore'), message.state === 'scheduled' ? when(message.not_before) : null],
    [t('message.sentAt'), when(message.sent_at)],
    [t('message.attempts'), message.attempts ? formatNumber(message.attempts) : null],
    [t('message.provider'), message.provider],
    [t('message.providerId'), message.provider_message_id],
  ];
  return (
    <Table fz="sm" layout="fixed">
      <Table.Tbody>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={140}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Doubt({ message }: { message: MessageDetail }) {
  const { t } = useTranslation('sending');
  const [note, setNote] = useState('');
  const say = async (verdict: 'sent' | 'not_sent' | 'send_again') => {
    if (
      verdict === 'send_again' &&
      !(await askConfirm({
        title: t('doubt.again'),
        message: t('doubt.againText'),
        confirm: t('doubt.again'),
      }))
    )
      return;
    try {
      await change('post', `/intents/${message.id}/resolve`, { body: { verdict, note } });
      toastSuccess(t('doubt.done'));
    } catch (reason) {
      toastError(t('doubt.failed'), reason);
    }
  };
  return (
    <Alert color="orange" icon={<IconHelpCircle size={16} />} title={t('doubt.title')}>
      <Stack gap="sm">
        <Text size="sm">{t('doubt.text')}</Text>
        <Textarea
          label={t('doubt.note')}
          maxLength={500}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button variant="default" onClick={() => void say('sent')}>
            {t('doubt.sent')}
          </Button>
          <Button variant="default" onClick={() => void say('not_sent')}>
            {t('doubt.notSent')}
          </Button>
          <Button variant="default" onClick={() => void say('send_again')}>
            {t('doubt.again')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

function Content({ message }: { message: MessageDetail }) {
  const { t } = useTranslation('sending');
  const mayManage = useMay('sending:manage');
  const maySeeLeads = useMay('leads:read');
  const withdraw = async () => {
    const sure = await askConfirm({
      title: t('withdraw.title'),
      message: t('withdraw.text'),
      confirm: t('withdraw.title'),
    });
    if (!sure) return;
    try {
      await change('post', `/intents/${message.id}/withdraw`, { body: {} });
      toastSuccess(t('withdraw.done'));
    } catch (reason) {
      toastError(t('withdraw.failed'), reason);
    }
  };
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <MessageState state={message.state} />
        {message.person_id && maySeeLeads && (
          <LinkAnchor to={`/leads/${message.person_id}` as never} size="sm">
            {t('message.person')}
          </LinkAnchor>
        )}
      </Group>
      {message.reason && <Text size="sm">{message.reason}</Text>}
      {message.state === 'unknown' && mayManage && <Doubt message={message} />}
      <ReasonList decision={message.decision} />
      <Facts message={message} />
      {mayManage && ['held', 'scheduled'].includes(message.state) && (
        <Group>
          <Button variant="default" onClick={() => void withdraw()}>
            {t('withdraw.title')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** One message: where it stands, why, and what can be done about it. */
export function MessageDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('sending');
  const { data, error, refetch } = useQuery({ ...messageQuery(id ?? ''), enabled: Boolean(id) });
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      size={520}
      title={<Text fw={600}>{t('message.title')}</Text>}
      closeButtonProps={{ 'aria-label': t('message.close') }}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data && <Content key={data.id} message={data} />}
    </Drawer>
  );
}
