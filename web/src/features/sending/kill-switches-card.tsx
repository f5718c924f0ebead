import { Alert, Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconPlayerPlay, IconPlayerStop } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { FormDialog } from '@/components/form-dialog';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { change, type Stop, stopsQuery } from './queries';
import classes from './sending.module.css';

interface Target {
  scope: 'organisation' | 'channel';
  subject: string;
}

function useName() {
  const { t } = useTranslation('sending');
  return ({ scope, subject }: Pick<Stop, 'scope' | 'subject'>) =>
    scope === 'channel'
      ? t('stop.ofChannel', {
          channel: t(`channel.${subject}`, { defaultValue: subject }),
        })
      : t(`stop.of.${scope}`);
}

function ThrowDialog({ target, onClose }: { target: Target; onClose: () => void }) {
  const { t } = useTranslation('sending');
  const name = useName();
  const form = useForm({ initialValues: { reason: '' } });
  return (
    <FormDialog
      title={t('stop.title', { what: name(target) })}
      form={form}
      danger
      submit={t('stop.now')}
      onClose={onClose}
      onSubmit={async ({ reason }) => {
        await change('post', '/stops', { body: { ...target, reason } });
        toastSuccess(t('stop.done'));
        onClose();
      }}
    >
      <Text size="sm">{t('stop.text')}</Text>
      <Textarea
        label={t('stop.reason')}
        data-autofocus
        maxLength={500}
        {...form.getInputProps('reason')}
      />
    </FormDialog>
  );
}

function Thrown({ stop }: { stop: Stop }) {
  const { t } = useTranslation('sending');
  const name = useName();
  const mayManage = useMay('sending:manage');
  const [busy, setBusy] = useState<string>();
  const lift = async (waiting: 'send' | 'cancel') => {
    setBusy(waiting);
    try {
      await change('delete', `/stops/${stop.id}?waiting=${waiting}`);
      toastSuccess(t('stop.lifted'));
    } catch (reason) {
      toastError(t('stop.notLifted'), reason);
    }
    setBusy(undefined);
  };
  return (
    <li className={classes.row}>
      <Stack gap={2} className={classes.main}>
        <Text size="sm" fw={600}>
          {name(stop)}
        </Text>
        {stop.reason && <Text size="sm">{stop.reason}</Text>}
        <Text size="xs" c="dimmed">
          {t('stop.by', { name: stop.created_by_name, when: formatDateTime(stop.created_at) })}
        </Text>
      </Stack>
      {mayManage && (
        <Group gap="xs">
          <Button variant="default" loading={busy === 'cancel'} onClick={() => void lift('cancel')}>
            {t('stop.liftCancel')}
          </Button>
          <Button
            variant="default"
            leftSection={<IconPlayerPlay size={16} />}
            loading={busy === 'send'}
            onClick={() => void lift('send')}
          >
            {t('stop.liftSend')}
          </Button>
        </Group>
      )}
    </li>
  );
}

/** The big red button, one for each channel, and what is stopped now. */
export function KillSwitchesCard({ channels }: { channels: readonly string[] }) {
  const { t } = useTranslation('sending');
  const mayManage = useMay('sending:manage');
  const { data, error, refetch } = useQuery(stopsQuery());
  const [target, setTarget] = useState<Target>();
  const stopped = new Set(data?.items.map((stop) => `${stop.scope}:${stop.subject}`));
  const everything = stopped.has('organisation:');
  return (
    <SettingsCard title={t('stop.card')} description={t('stop.cardText')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={2} />}
      {data && data.items.length > 0 && (
        <Alert color="red" p="xs" icon={<IconPlayerStop size={16} />}>
          <ul className={classes.rows}>
            {data.items.map((stop) => (
              <Thrown key={stop.id} stop={stop} />
            ))}
          </ul>
        </Alert>
      )}
      {data && mayManage && (
        <Group gap="sm">
          {!everything && (
            <Button
              size="md"
              color="red"
              leftSection={<IconPlayerStop size={18} />}
              onClick={() => setTarget({ scope: 'organisation', subject: '' })}
            >
              {t('stop.everything')}
            </Button>
          )}
          {channels
            .filter((channel) => !stopped.has(`channel:${channel}`))
            .map((channel) => (
              <Button
                key={channel}
                variant="default"
                onClick={() => setTarget({ scope: 'channel', subject: channel })}
              >
                {t('stop.channel', {
                  channel: t(`channel.${channel}`, { defaultValue: channel }),
                })}
              </Button>
            ))}
        </Group>
      )}
      {target && <ThrowDialog target={target} onClose={() => setTarget(undefined)} />}
    </SettingsCard>
  );
}
