import { Alert, Button, Group, Loader, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconCheck, IconX } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { LinkAnchor } from '@/components/link-anchor';
import { MessageState } from '@/components/sending/message-state';
import { toastSuccess } from '@/components/toasts';
import classes from './email.module.css';
import { DELIVERIES, SENDERS, type Sender } from './queries';

type Test = Schema<'TestMailRead'>;
type Message = Schema<'SendIntentRead'>;

const OPEN: readonly string[] = ['scheduled', 'attempting', 'held'];
const ASK_EVERY = 700;

function Outcome({ sender, test, onClose }: { sender: Sender; test: Test; onClose: () => void }) {
  const { t } = useTranslation('email');
  const { data } = useQuery({
    ...apiQuery<Message>(`/api/v1/sending/intents/${test.message_id}`),
    refetchInterval: ({ state }) =>
      !state.data || OPEN.includes(state.data.state) ? ASK_EVERY : false,
  });
  const close = () => {
    void invalidatePaths(SENDERS, DELIVERIES);
    onClose();
  };
  const left = data?.state === 'sent';
  const waits = !data || OPEN.includes(data.state);
  return (
    <Modal opened onClose={close} title={t('test.title', { address: sender.address })}>
      <Stack gap="md" aria-live="polite">
        {waits && !data?.reason && (
          <Group gap="sm">
            <Loader size="sm" />
            <Text size="sm">{t('test.waits', { to: test.to })}</Text>
          </Group>
        )}
        {left && (
          <Alert
            color="green"
            icon={<IconCheck size={16} />}
            title={t('test.left', { to: test.to })}
          >
            {t(sender.adapter === 'local' ? 'test.leftLocal' : 'test.leftText')}
          </Alert>
        )}
        {data && !left && (data.reason || !waits) && (
          <Alert color="red" icon={<IconX size={16} />} title={t('test.failed', { to: test.to })}>
            <Text size="sm" className={classes.words}>
              {data.reason || t('test.noReason')}
            </Text>
            {waits && (
              <Text size="sm" mt={4}>
                {t('test.again')}
              </Text>
            )}
          </Alert>
        )}
        {data && (
          <Group justify="space-between">
            <MessageState state={data.state} />
            <LinkAnchor to="/sending" search={{ message: test.message_id } as never} size="sm">
              {t('test.open')}
            </LinkAnchor>
          </Group>
        )}
        <Group justify="flex-end">
          <Button onClick={close}>{t('test.close')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** A test mail by way of everything a mail goes through, and what became of it. */
export function SenderTestDialog({ sender, onClose }: { sender: Sender; onClose: () => void }) {
  const { t } = useTranslation('email');
  const me = useMe();
  const maySeeOutbox = useMay('sending:read');
  const [test, setTest] = useState<Test>();
  const form = useForm({
    initialValues: { to: me.user.email },
    validate: { to: (value) => (value.includes('@') ? null : t('sender.addressMissing')) },
  });
  if (test) return <Outcome sender={sender} test={test} onClose={onClose} />;
  return (
    <FormDialog
      title={t('test.title', { address: sender.address })}
      form={form}
      submit={t('test.send')}
      onClose={onClose}
      onSubmit={async (body) => {
        const made = await request<Test>('post', `${SENDERS}/${sender.id}/tests`, { body });
        if (maySeeOutbox) return setTest(made);
        toastSuccess(t('sender.tested', { to: made.to }));
        onClose();
      }}
    >
      <TextInput
        label={t('test.to')}
        type="email"
        required
        data-autofocus
        maxLength={254}
        {...form.getInputProps('to')}
      />
    </FormDialog>
  );
}
