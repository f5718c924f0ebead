import {
  Avatar,
  Badge,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Select,
  SimpleGrid,
  Text,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { initials } from '@/app/format';
import { IconPencil, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { FormDialog } from '@/components/form-dialog';
import { ItemMenu } from '@/components/item-actions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { INBOX, QUEUES, type Queue, queuesQuery } from '../queries';
import classes from './settings.module.css';

const ASSIGNMENTS = ['manual', 'round_robin'] as const;
const MOST_MINUTES = 10_080;
const SHOWN = 5;

function QueueDialog({ queue, onClose }: { queue: Queue | undefined; onClose: () => void }) {
  const { t } = useTranslation('inbox/settings');
  const members = useMembers();
  const form = useForm({
    initialValues: {
      name: queue?.name ?? '',
      member_ids: queue?.members.map(({ id }) => id) ?? [],
      assignment: queue?.assignment ?? 'manual',
      is_default: queue?.is_default ?? false,
      first_reply_minutes: (queue?.first_reply_minutes ?? '') as number | '',
      next_reply_minutes: (queue?.next_reply_minutes ?? '') as number | '',
      email: queue?.email ?? '',
    },
    validate: { name: (value) => (value.trim() ? null : t('queue.nameMissing')) },
  });
  return (
    <FormDialog
      title={queue ? t('queue.edit', { name: queue.name }) : t('queue.new')}
      submit={t(queue ? 'save' : 'queue.add')}
      form={form}
      onClose={onClose}
      onSubmit={async (values) => {
        const { name, email, is_default, first_reply_minutes, next_reply_minutes, ...rest } =
          values;
        const body = {
          ...rest,
          ...(is_default ? { is_default } : {}),
          name: name.trim(),
          email: email.trim() || null,
          first_reply_minutes: first_reply_minutes || null,
          next_reply_minutes: next_reply_minutes || null,
        };
        await request(queue ? 'patch' : 'post', queue ? `${QUEUES}/${queue.id}` : QUEUES, {
          body,
          version: queue?.version,
        });
        await invalidatePaths(QUEUES, INBOX);
        toastSuccess(t('queue.saved', { name: body.name }));
        onClose();
      }}
    >
      <TextInput
        label={t('queue.name')}
        placeholder={t('queue.example')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <MultiSelect
        label={t('queue.members')}
        description={t('queue.membersText')}
        searchable
        data={members.options}
        {...form.getInputProps('member_ids')}
      />
      <Select
        label={t('queue.assignment')}
        description={t(`assignment.${form.values.assignment}Text`)}
        data={ASSIGNMENTS.map((value) => ({ value, label: t(`assignment.${value}`) }))}
        {...form.getInputProps('assignment')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <NumberInput
          label={t('hours.first')}
          placeholder={t('queue.asOrganisation')}
          min={1}
          max={MOST_MINUTES}
          {...form.getInputProps('first_reply_minutes')}
        />
        <NumberInput
          label={t('hours.next')}
          placeholder={t('queue.asOrganisation')}
          min={1}
          max={MOST_MINUTES}
          {...form.getInputProps('next_reply_minutes')}
        />
      </SimpleGrid>
      <TextInput
        label={t('queue.email')}
        description={t('queue.emailText')}
        type="email"
        maxLength={254}
        {...form.getInputProps('email')}
      />
      <Checkbox
        label={t('queue.default')}
        disabled={queue?.is_default ?? false}
        {...form.getInputProps('is_default', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}

/** The queues, who answers in them, and who gets the next conversation. */
export function QueuesCard({ mayManage }: { mayManage: boolean }) {
  const { t } = useTranslation('inbox/settings');
  const { data: queues, error, refetch } = useQuery(queuesQuery());
  const [edited, setEdited] = useState<Queue | 'new'>();
  return (
    <SettingsCard
      title={t('queue.title')}
      description={t('queue.text')}
      action={
        mayManage && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited('new')}
          >
            {t('queue.add')}
          </Button>
        )
      }
    >
      {error && !queues && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!queues && !error && <LoadingLines lines={3} height={32} />}
      {queues?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('queue.none')}
        </Text>
      )}
      {queues && queues.length > 0 && (
        <ul className={classes.rows}>
          {queues.map((queue) => (
            <li key={queue.id} className={classes.row}>
              <div className={classes.main}>
                <Group gap="xs">
                  <Text size="sm" fw={500}>
                    {queue.name}
                  </Text>
                  {queue.is_default && <Badge color="gray">{t('queue.isDefault')}</Badge>}
                </Group>
                <Text size="xs" c="dimmed">
                  {[
                    t(`assignment.${queue.assignment}`),
                    queue.first_reply_minutes !== null &&
                      t('queue.promise', { count: queue.first_reply_minutes }),
                    queue.members.length === 0 && t('queue.everyone'),
                  ]
                    .filter(Boolean)
                    .join(' · ')}
                </Text>
              </div>
              <Group gap={6} wrap="nowrap">
                <Avatar.Group
                  spacing={6}
                  role="img"
                  aria-label={queue.members.map(({ name }) => name).join(', ')}
                >
                  {queue.members.slice(0, SHOWN).map(({ id, name }) => (
                    <Avatar key={id} size={24} color="blue" title={name} aria-hidden>
                      {initials(name)}
                    </Avatar>
                  ))}
                  {queue.members.length > SHOWN && (
                    <Avatar size={24} aria-hidden>
                      +{queue.members.length - SHOWN}
                    </Avatar>
                  )}
                </Avatar.Group>
                {mayManage && (
                  <>
                    <Button
                      variant="default"
                      px="sm"
                      leftSection={<IconPencil size={16} />}
                      aria-label={t('queue.edit', { name: queue.name })}
                      onClick={() => setEdited(queue)}
                    >
                      {t('edit')}
                    </Button>
                    <ItemMenu
                      list={QUEUES}
                      item={queue}
                      title={queue.name}
                      remove={{
                        title: t('queue.deleteTitle'),
                        text: t('queue.deleteText', { name: queue.name }),
                      }}
                    />
                  </>
                )}
              </Group>
            </li>
          ))}
        </ul>
      )}
      {edited && (
        <QueueDialog
          queue={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </SettingsCard>
  );
}
