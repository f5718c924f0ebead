import { Badge, Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { IconListCheck, IconPlus, IconUpload } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemCard } from '@/components/item-card';
import { SettingsList } from '@/components/settings-list';
import { toastError, toastSuccess } from '@/components/toasts';
import { ConsentImportDialog } from './consent-import-dialog';
import { PurposeDialog } from './purpose-dialog';
import { PURPOSES, type Purpose, purposesQuery } from './queries';

function PurposeRow({ purpose, onEdit }: { purpose: Purpose; onEdit: () => void }) {
  const { t } = useTranslation('privacy');
  const mayWrite = useMay('privacy:write');
  const archived = purpose.archived_at !== null;
  const turn = async () => {
    try {
      await request('patch', `${PURPOSES}/${purpose.id}`, {
        body: { archived: !archived },
        version: purpose.version,
      });
      toastSuccess(t(archived ? 'purpose.restored' : 'purpose.archived', { name: purpose.name }));
    } catch (reason) {
      toastError(t('purpose.notSaved', { name: purpose.name }), reason);
    }
    await invalidatePaths(PURPOSES);
  };
  const { granted = 0, withdrawn = 0, pending = 0 } = purpose;
  return (
    <ItemCard
      title={purpose.name}
      badges={
        <>
          <Badge variant="light">{t(`requires.${purpose.requires}`)}</Badge>
          {purpose.double_opt_in && (
            <Badge variant="light" color="gray">
              {t('purpose.double')}
            </Badge>
          )}
          {archived && (
            <Badge variant="light" color="orange">
              {t('purpose.outOfUse')}
            </Badge>
          )}
        </>
      }
      facts={[
        purpose.text,
        purpose.requires !== 'none' &&
          t('purpose.granted', { count: granted, shown: formatNumber(granted) }),
        withdrawn > 0 &&
          t('purpose.withdrawn', { count: withdrawn, shown: formatNumber(withdrawn) }),
        pending > 0 && t('purpose.pending', { count: pending, shown: formatNumber(pending) }),
        !purpose.listed && t('purpose.unlisted'),
      ]}
      actions={
        mayWrite && (
          <>
            {purpose.key !== 'transactional' && (
              <Button
                variant="subtle"
                px="sm"
                aria-label={t(archived ? 'purpose.restoreNamed' : 'purpose.archiveNamed', {
                  name: purpose.name,
                })}
                onClick={() => void turn()}
              >
                {t(archived ? 'purpose.restore' : 'purpose.archive')}
              </Button>
            )}
            <Button
              variant="default"
              px="sm"
              aria-label={t('purpose.editNamed', { name: purpose.name })}
              onClick={onEdit}
            >
              {t('purpose.edit')}
            </Button>
          </>
        )
      }
    />
  );
}

/** What messages may be about, what each needs, and who agreed; lists of other systems come in here. */
export function PurposesCard() {
  const { t } = useTranslation('privacy');
  const mayWrite = useMay('privacy:write');
  const [dialog, setDialog] = useState<Purpose | 'new' | 'import'>();
  const close = () => setDialog(undefined);
  return (
    <SettingsList
      title={t('purposes')}
      description={t('purposesText')}
      query={useQuery(purposesQuery())}
      add={
        mayWrite && (
          <Group gap="xs">
            <Button
              variant="default"
              leftSection={<IconUpload size={16} />}
              onClick={() => setDialog('import')}
            >
              {t('consents.open')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => setDialog('new')}
            >
              {t('purpose.add')}
            </Button>
          </Group>
        )
      }
      empty={{ icon: IconListCheck, title: t('purpose.none'), text: t('purposesText') }}
      row={(purpose) => (
        <PurposeRow key={purpose.id} purpose={purpose} onEdit={() => setDialog(purpose)} />
      )}
    >
      {dialog === 'import' && <ConsentImportDialog onClose={close} />}
      {dialog && dialog !== 'import' && (
        <PurposeDialog purpose={dialog === 'new' ? undefined : dialog} onClose={close} />
      )}
    </SettingsList>
  );
}
