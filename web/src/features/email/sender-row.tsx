import { Alert, Badge, Button, Group, Menu, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber, formatPercent } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ItemMenu } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { LinkAnchor } from '@/components/link-anchor';
import { toastError, toastSuccess } from '@/components/toasts';
import { CopyLine } from './copy-line';
import classes from './email.module.css';
import { SENDERS, type Sender } from './queries';
import { SenderHealth } from './sender-health';

const COLOURS = { active: 'green', paused: 'gray', broken: 'red' } as const;

interface SenderRowProps {
  sender: Sender;
  onEdit: () => void;
  onTest: () => void;
}

function Badges({ sender }: { sender: Sender }) {
  const { t } = useTranslation('email');
  return (
    <>
      <Badge color={COLOURS[sender.state]}>{t(`state.${sender.state}`)}</Badge>
      {sender.is_default && <Badge>{t('sender.default')}</Badge>}
      {sender.domain_aligned === false && <Badge color="orange">{t('sender.unaligned')}</Badge>}
      {sender.health.warmup_day !== null && <Badge color="yellow">{t('sender.warming')}</Badge>}
    </>
  );
}

/** One sender: how it fares, why it stands still, and what can be done with it. */
export function SenderRow({ sender, onEdit, onTest }: SenderRowProps) {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const [busy, setBusy] = useState(false);
  const { address, health } = sender;
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    try {
      await work();
    } catch (reason) {
      toastError(t('sender.failed', { address }), reason);
    }
    setBusy(false);
    await invalidatePaths(SENDERS);
  };
  const change = (body: object, done: string) =>
    attempt(async () => {
      await request('patch', `${SENDERS}/${sender.id}`, { body, version: sender.version });
      toastSuccess(done);
    });
  const check = () =>
    attempt(async () => {
      const said = await request<{ ok: boolean; text: string }>(
        'post',
        `${SENDERS}/${sender.id}/checks`,
      );
      if (said.ok) toastSuccess(said.text);
      else toastError(t('sender.failed', { address }), new Error(said.text));
    });
  const stopped = sender.state !== 'active';
  const turn = () =>
    change(
      { state: stopped ? 'active' : 'paused' },
      t(stopped ? 'sender.resumed' : 'sender.paused', { address }),
    );
  const renew = async () => {
    const sure = await askConfirm({
      title: t('sender.renewTitle', { address }),
      message: t('sender.renewText'),
      confirm: t('sender.renew'),
    });
    if (sure) await change({ renew: true }, t('sender.renewed', { address }));
  };
  const arrived = health.sent > 0 && health.delivered > 0;
  return (
    <ItemCard
      title={sender.name || address}
      badges={<Badges sender={sender} />}
      facts={[
        sender.name !== '' && address,
        sender.adapter_label,
        t('sender.week', { count: health.sent, shown: formatNumber(health.sent) }),
        arrived && t('sender.arrived', { rate: formatPercent(health.delivered / health.sent) }),
        t('sender.bounced', { shown: formatNumber(health.hard + health.soft) }),
        health.complaints > 0 &&
          t('sender.complaints', {
            count: health.complaints,
            shown: formatNumber(health.complaints),
          }),
        health.replies > 0 && t('sender.replies', { count: health.replies }),
      ]}
      actions={
        mayWrite && (
          <>
            <Button
              variant="default"
              px="sm"
              aria-label={t('sender.testNamed', { address })}
              onClick={onTest}
            >
              {t('sender.test')}
            </Button>
            <ItemMenu
              list={SENDERS}
              item={sender}
              title={address}
              remove={{
                title: t('sender.removeTitle', { address }),
                text: t('sender.removeText'),
              }}
            >
              <Menu.Item onClick={onEdit}>{t('edit')}</Menu.Item>
              <Menu.Item onClick={() => void check()}>{t('sender.check')}</Menu.Item>
              {!sender.is_default && (
                <Menu.Item
                  onClick={() =>
                    void change({ is_default: true }, t('sender.nowDefault', { address }))
                  }
                >
                  {t('sender.makeDefault')}
                </Menu.Item>
              )}
              <Menu.Item onClick={() => void turn()}>
                {t(stopped ? 'sender.resume' : 'sender.pause')}
              </Menu.Item>
              {sender.events_url && (
                <Menu.Item onClick={() => void renew()}>{t('sender.renew')}</Menu.Item>
              )}
            </ItemMenu>
          </>
        )
      }
    >
      {sender.state === 'broken' && (
        <Alert
          color="red"
          mt="sm"
          icon={<IconAlertTriangle size={16} />}
          title={t('sender.stoppedTitle')}
        >
          <Stack gap="xs" align="flex-start">
            <Text size="sm" className={classes.words}>
              {sender.problem}
            </Text>
            <Text size="sm">
              {sender.broken_until
                ? t('sender.triesAgain', { when: formatDateTime(sender.broken_until) })
                : t('sender.waitsForPerson')}
            </Text>
            {mayWrite && (
              <Button
                variant="default"
                loading={busy}
                aria-label={t('sender.resumeNamed', { address })}
                onClick={() => void turn()}
              >
                {t('sender.resume')}
              </Button>
            )}
          </Stack>
        </Alert>
      )}
      <SenderHealth health={health} />
      <Group gap="md" mt="sm">
        <LinkAnchor
          size="sm"
          to="/settings/email"
          search={{ tab: 'deliveries', sender: sender.id } as never}
        >
          {t('sender.deliveries')}
        </LinkAnchor>
        <LinkAnchor
          size="sm"
          to="/settings/email"
          search={{ tab: 'deliveries', sender: sender.id, state: 'trouble' } as never}
        >
          {t('sender.trouble')}
        </LinkAnchor>
      </Group>
      {sender.events_url && (
        <Stack gap={6} mt="sm" className={classes.words}>
          <CopyLine label={t('sender.events')} text={sender.events_url} />
        </Stack>
      )}
    </ItemCard>
  );
}
