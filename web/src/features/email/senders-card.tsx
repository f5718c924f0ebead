import { Badge, Button, Menu, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatNumber } from '@/app/format';
import { IconMail, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList } from '@/components/list-page';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { CopyLine } from './copy-line';
import classes from './email.module.css';
import { SENDERS, type Sender, sendersQuery } from './queries';
import { SenderDialog } from './sender-dialog';

const COLOURS = { active: 'green', paused: 'gray', broken: 'red' } as const;

function SenderRow({ sender, onEdit }: { sender: Sender; onEdit: () => void }) {
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
  const test = () =>
    attempt(async () => {
      const { to } = await request<{ to: string }>('post', `${SENDERS}/${sender.id}/tests`, {
        body: {},
      });
      toastSuccess(t('sender.tested', { to }));
    });
  const stopped = sender.state !== 'active';
  const today =
    health.quota === null
      ? t('sender.today', { shown: formatNumber(health.today) })
      : t('sender.todayOf', {
          shown: formatNumber(health.today),
          quota: formatNumber(health.quota ?? 0),
        });
  return (
    <ItemCard
      title={sender.name ? `${sender.name} <${address}>` : address}
      badges={
        <>
          <Badge variant="light" color={COLOURS[sender.state]}>
            {t(`state.${sender.state}`)}
          </Badge>
          {sender.is_default && <Badge variant="light">{t('sender.default')}</Badge>}
          {sender.domain_aligned === false && (
            <Badge variant="light" color="orange">
              {t('sender.unaligned')}
            </Badge>
          )}
          {sender.warmup_from && (
            <Badge variant="light" color="yellow">
              {t('sender.warming')}
            </Badge>
          )}
        </>
      }
      facts={[
        sender.adapter_label,
        today,
        t('sender.week', { count: health.sent, shown: formatNumber(health.sent) }),
        t('sender.bounced', { shown: formatNumber(health.hard + health.soft) }),
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
              size="compact-sm"
              loading={busy}
              aria-label={t('sender.testNamed', { address })}
              onClick={() => void test()}
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
              <Menu.Item
                onClick={() =>
                  void change(
                    { state: stopped ? 'active' : 'paused' },
                    t(stopped ? 'sender.resumed' : 'sender.paused', { address }),
                  )
                }
              >
                {t(stopped ? 'sender.resume' : 'sender.pause')}
              </Menu.Item>
            </ItemMenu>
          </>
        )
      }
    >
      {(sender.problem || sender.warmup_from || sender.events_url) && (
        <Stack gap={6} mt={8} className={classes.words}>
          {sender.problem && (
            <Text size="sm" c="var(--mantine-color-red-text)" role="status">
              {sender.problem}
            </Text>
          )}
          {sender.warmup_from && (
            <Text size="xs" c="dimmed">
              {t('sender.warmingSince', { when: formatDate(sender.warmup_from) })}
            </Text>
          )}
          {sender.events_url && <CopyLine label={t('sender.events')} text={sender.events_url} />}
        </Stack>
      )}
    </ItemCard>
  );
}

/** Who mails come from, how they leave, and how they fare. */
export function SendersCard() {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const { data, error, refetch } = useQuery(sendersQuery());
  const [edited, setEdited] = useState<Sender | 'new'>();
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
      {t('sender.add')}
    </Button>
  );
  return (
    <SettingsCard
      title={t('senders')}
      description={t('sendersText')}
      action={data?.length ? add : undefined}
    >
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={2} height={72} />}
      {data?.length === 0 && (
        <EmptyState compact icon={IconMail} title={t('sender.empty')} action={add}>
          {t('sender.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <CardList>
          {data.map((sender) => (
            <SenderRow key={sender.id} sender={sender} onEdit={() => setEdited(sender)} />
          ))}
        </CardList>
      )}
      {edited && (
        <SenderDialog
          sender={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </SettingsCard>
  );
}
