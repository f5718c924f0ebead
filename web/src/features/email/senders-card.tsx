import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconMail, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { SettingsList } from '@/components/settings-list';
import { type Sender, sendersQuery } from './queries';
import { SenderDialog } from './sender-dialog';
import { SenderRow } from './sender-row';
import { SenderTestDialog } from './sender-test-dialog';

/** Who mails come from, how they leave, and how they fare. */
export function SendersCard() {
  const { t } = useTranslation('email');
  const mayWrite = useMay('email:write');
  const [edited, setEdited] = useState<Sender | 'new'>();
  const [tested, setTested] = useState<Sender>();
  return (
    <SettingsList
      title={t('senders')}
      description={t('sendersText')}
      query={useQuery(sendersQuery())}
      add={
        mayWrite && (
          <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
            {t('sender.add')}
          </Button>
        )
      }
      empty={{ icon: IconMail, title: t('sender.empty'), text: t('sender.emptyText') }}
      row={(sender) => (
        <SenderRow
          key={sender.id}
          sender={sender}
          onEdit={() => setEdited(sender)}
          onTest={() => setTested(sender)}
        />
      )}
    >
      {edited && (
        <SenderDialog
          sender={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
      {tested && <SenderTestDialog sender={tested} onClose={() => setTested(undefined)} />}
    </SettingsList>
  );
}
