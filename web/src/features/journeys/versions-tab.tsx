import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import { VersionsList } from '@/components/versions-list';
import type { TabProps } from './journey-page';
import { MoveDialog } from './move-dialog';
import { JOURNEYS, type Version, versionsQuery } from './queries';

/** What was published, who still follows it, and ways back and forth. */
export function VersionsTab({ journey, draft, readOnly }: TabProps) {
  const { t } = useTranslation('journeys');
  const query = useQuery(versionsQuery(journey.id, journey.state === 'live'));
  const [moving, setMoving] = useState<Version>();
  const mayLaunch = useMay('campaigns:launch');
  const restore = async ({ number }: Version) => {
    const sure = await askConfirm({
      title: t('versions.restoreTitle', { number }),
      message: t('versions.restoreText', { number }),
      confirm: t('versions.restore'),
      danger: false,
    });
    if (!sure || !(await draft.flush())) return;
    try {
      await request('post', `${JOURNEYS}/${journey.id}/restore`, { body: { number } });
      draft.reload();
      toastSuccess(t('versions.restored', { number }));
    } catch (reason) {
      toastError(t('versions.notRestored'), reason);
    }
    await invalidatePaths(JOURNEYS);
  };
  return (
    <>
      <VersionsList
        query={query}
        none={t('versions.none')}
        current={t('versions.current')}
        facts={({ draft: { nodes }, waiting }) => [
          t('list.steps', { count: nodes.length }),
          waiting > 0 && t('versions.waiting', { count: waiting }),
        ]}
        actions={(one) => (
          <>
            {mayLaunch && !one.current && one.waiting > 0 && (
              <Button
                variant="default"
                size="xs"
                aria-label={t('move.openNamed', { number: one.number })}
                onClick={() => setMoving(one)}
              >
                {t('move.open')}
              </Button>
            )}
            {!readOnly && (
              <Button
                variant="default"
                size="xs"
                aria-label={t('versions.restoreNamed', { number: one.number })}
                onClick={() => void restore(one)}
              >
                {t('versions.restore')}
              </Button>
            )}
          </>
        )}
      />
      {moving && (
        <MoveDialog journey={journey} version={moving} onClose={() => setMoving(undefined)} />
      )}
    </>
  );
}
