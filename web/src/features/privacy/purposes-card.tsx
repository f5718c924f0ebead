import { Badge, Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber } from '@/app/format';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemCard } from '@/components/item-card';
import { CardList } from '@/components/list-page';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
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
                size="compact-sm"
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
              size="compact-sm"
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

/** What messages may be about, and what each needs. */
export function PurposesCard() {
  const { t } = useTranslation('privacy');
  const mayWrite = useMay('privacy:write');
  const { data, error, refetch } = useQuery(purposesQuery());
  const [edited, setEdited] = useState<Purpose | 'new'>();
  return (
    <SettingsCard
      title={t('purposes')}
      description={t('purposesText')}
      action={
        mayWrite && (
          <Button
            variant="default"
            leftSection={<IconPlus size={16} />}
            onClick={() => setEdited('new')}
          >
            {t('purpose.add')}
          </Button>
        )
      }
    >
      <Stack gap="sm">
        {error && !data && (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        )}
        {!data && !error && <LoadingLines lines={4} height={64} />}
        {data && (
          <CardList>
            {data.map((purpose) => (
              <PurposeRow key={purpose.id} purpose={purpose} onEdit={() => setEdited(purpose)} />
            ))}
          </CardList>
        )}
      </Stack>
      {edited && (
        <PurposeDialog
          purpose={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </SettingsCard>
  );
}
