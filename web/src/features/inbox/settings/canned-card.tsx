import { Badge, Button, Group, Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPencil, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { FormDialog } from '@/components/form-dialog';
import { ItemMenu } from '@/components/item-actions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';
import { CANNED, type CannedReply, cannedQuery, queuesQuery, variablesQuery } from '../queries';
import classes from './settings.module.css';

function CannedDialog({
  reply,
  mayManage,
  onClose,
}: {
  reply: CannedReply | undefined;
  mayManage: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation('inbox/settings');
  const queues = useQuery(queuesQuery()).data ?? [];
  const variables = useQuery(variablesQuery()).data ?? [];
  const form = useForm({
    initialValues: {
      shortcut: reply?.shortcut ?? '',
      title: reply?.title ?? '',
      text: reply?.text ?? '',
      scope: reply?.queue_id ?? reply?.scope ?? 'own',
    },
    validate: {
      shortcut: (value) => (/^[a-z0-9][a-z0-9_-]*$/i.test(value) ? null : t('canned.shortcutBad')),
      title: (value) => (value.trim() ? null : t('canned.titleMissing')),
      text: (value) => (value.trim() ? null : t('canned.textMissing')),
    },
  });
  const scopes = [
    { value: 'own', label: t('scope.own') },
    ...(mayManage
      ? [
          { value: 'everyone', label: t('scope.everyone') },
          ...queues.map(({ id, name }) => ({ value: id, label: t('scope.queue', { name }) })),
        ]
      : []),
  ];
  return (
    <FormDialog
      size="lg"
      title={reply ? t('canned.edit', { title: reply.title }) : t('canned.new')}
      submit={t(reply ? 'save' : 'canned.add')}
      form={form}
      onClose={onClose}
      onSubmit={async ({ scope, ...rest }) => {
        const ofQueue = scope !== 'own' && scope !== 'everyone';
        const whose = ofQueue ? { scope: 'queue', queue_id: scope } : { scope };
        const body = reply ? rest : { ...rest, ...whose };
        await request(reply ? 'patch' : 'post', reply ? `${CANNED}/${reply.id}` : CANNED, {
          body,
          version: reply?.version,
        });
        await invalidatePaths(CANNED);
        toastSuccess(t('canned.saved', { title: rest.title }));
        onClose();
      }}
    >
      <Group gap="sm" align="flex-start" grow>
        <TextInput
          label={t('canned.shortcut')}
          description={t('canned.shortcutText')}
          leftSection="/"
          required
          data-autofocus
          maxLength={40}
          {...form.getInputProps('shortcut')}
        />
        <TextInput
          label={t('canned.titleField')}
          description={t('canned.titleText')}
          required
          maxLength={120}
          {...form.getInputProps('title')}
        />
      </Group>
      <Textarea
        label={t('canned.text')}
        required
        autosize
        minRows={4}
        maxRows={14}
        maxLength={5000}
        {...form.getInputProps('text')}
      />
      <div>
        <Text size="xs" c="dimmed" mb={4}>
          {t('canned.variables')}
        </Text>
        <Group gap={4}>
          {variables.map(({ name, label }) => (
            <Button
              key={name}
              size="compact-xs"
              variant="default"
              title={`{{${name}}}`}
              onClick={() => form.setFieldValue('text', `${form.getValues().text}{{${name}}}`)}
            >
              {label}
            </Button>
          ))}
        </Group>
      </div>
      {!reply && (
        <Select label={t('canned.scope')} data={scopes} {...form.getInputProps('scope')} />
      )}
    </FormDialog>
  );
}

/** Ready words for answers, called by "/" in the inbox. */
export function CannedCard({ mayManage }: { mayManage: boolean }) {
  const { t } = useTranslation('inbox/settings');
  const mayWrite = useMay('conversations:write');
  const { data: replies, error, refetch } = useQuery(cannedQuery());
  const queues = useQuery(queuesQuery()).data ?? [];
  const [edited, setEdited] = useState<CannedReply | 'new'>();
  const scopeOf = (reply: CannedReply) => {
    const queue = queues.find(({ id }) => id === reply.queue_id);
    if (queue) return t('scope.queue', { name: queue.name });
    return t(`scope.${reply.scope}`, { name: '' });
  };
  return (
    <SettingsCard
      title={t('canned.title')}
      description={t('canned.description')}
      action={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited('new')}
          >
            {t('canned.add')}
          </Button>
        )
      }
    >
      {error && !replies && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!replies && !error && <LoadingLines lines={3} height={32} />}
      {replies?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('canned.none')}
        </Text>
      )}
      {replies && replies.length > 0 && (
        <ul className={classes.rows}>
          {replies.map((reply) => (
            <li key={reply.id} className={classes.row}>
              <div className={classes.main}>
                <Group gap="xs">
                  <code>/{reply.shortcut}</code>
                  <Text size="sm" fw={500}>
                    {reply.title}
                  </Text>
                  <Badge color={reply.scope === 'own' ? 'gray' : 'blue'}>{scopeOf(reply)}</Badge>
                </Group>
                <Text size="xs" c="dimmed" truncate>
                  {reply.text}
                </Text>
              </div>
              {mayWrite && reply.editable && (
                <Group gap={6} wrap="nowrap">
                  <Button
                    variant="default"
                    px="sm"
                    leftSection={<IconPencil size={16} />}
                    aria-label={t('canned.edit', { title: reply.title })}
                    onClick={() => setEdited(reply)}
                  >
                    {t('edit')}
                  </Button>
                  <ItemMenu
                    list={CANNED}
                    item={reply}
                    title={reply.title}
                    remove={{
                      title: t('canned.deleteTitle'),
                      text: t('canned.deleteText', { title: reply.title }),
                    }}
                  />
                </Group>
              )}
            </li>
          ))}
        </ul>
      )}
      {edited && (
        <CannedDialog
          reply={edited === 'new' ? undefined : edited}
          mayManage={mayManage}
          onClose={() => setEdited(undefined)}
        />
      )}
    </SettingsCard>
  );
}
