import { Badge, Button, Menu, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { IconInbox, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { SettingsList } from '@/components/settings-list';
import { toastError, toastSuccess } from '@/components/toasts';
import { CopyLine } from './copy-line';
import classes from './email.module.css';
import { MailboxDialog } from './mailbox-dialog';
import { MAILBOXES, type Mailbox, mailboxesQuery } from './queries';

function MailboxRow({ mailbox }: { mailbox: Mailbox }) {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const { name } = mailbox;
  const renew = async () => {
    const sure = await askConfirm({
      title: t('mailbox.renewTitle', { name }),
      message: t('mailbox.renewText'),
      confirm: t('mailbox.renew'),
    });
    if (!sure) return;
    try {
      await request('patch', `${MAILBOXES}/${mailbox.id}`, {
        body: { renew: true },
        version: mailbox.version,
      });
      toastSuccess(t('mailbox.renewed', { name }));
    } catch (reason) {
      toastError(t('mailbox.failed', { name }), reason);
    }
    await invalidatePaths(MAILBOXES);
  };
  return (
    <ItemCard
      title={name}
      badges={<Badge variant="light">{t(`mailbox.${mailbox.kind}`)}</Badge>}
      facts={[
        mailbox.kind === 'imap' && `${mailbox.username} @ ${mailbox.host}`,
        mailbox.read_at
          ? t('mailbox.readAt', { when: formatDateTime(mailbox.read_at) })
          : t('mailbox.nothingYet'),
      ]}
      actions={
        mayWrite && (
          <>
            <ItemSwitch
              list={MAILBOXES}
              item={mailbox}
              title={name}
              label={t('mailbox.on', { name })}
            />
            <ItemMenu
              list={MAILBOXES}
              item={mailbox}
              title={name}
              remove={{ title: t('mailbox.removeTitle', { name }), text: t('mailbox.removeText') }}
            >
              {mailbox.kind === 'post' && (
                <Menu.Item onClick={() => void renew()}>{t('mailbox.renew')}</Menu.Item>
              )}
            </ItemMenu>
          </>
        )
      }
    >
      {(mailbox.problem || mailbox.url) && (
        <Stack gap={6} mt={8} className={classes.words}>
          {mailbox.problem && (
            <Text size="sm" c="var(--mantine-color-red-text)" role="status">
              {mailbox.problem}
            </Text>
          )}
          {mailbox.url && <CopyLine label={t('mailbox.url')} text={mailbox.url} />}
        </Stack>
      )}
    </ItemCard>
  );
}

/** Ways in for bounces, reports and replies. */
export function MailboxesCard() {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const [adding, setAdding] = useState(false);
  return (
    <SettingsList
      title={t('mailboxes')}
      description={t('mailboxesText')}
      query={useQuery(mailboxesQuery())}
      add={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setAdding(true)}
          >
            {t('mailbox.add')}
          </Button>
        )
      }
      empty={{ icon: IconInbox, title: t('mailbox.empty'), text: t('mailbox.emptyText') }}
      row={(mailbox) => <MailboxRow key={mailbox.id} mailbox={mailbox} />}
    >
      {adding && <MailboxDialog onClose={() => setAdding(false)} />}
    </SettingsList>
  );
}
