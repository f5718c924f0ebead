import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import { VersionsList } from '@/components/versions-list';
import type { TabProps } from './form';
import { FLOWS, type FlowVersion, versionsQuery } from './queries';

/** What was published and when, with a way back. */
export function VersionsTab({ flow, readOnly, dirty }: TabProps) {
  const { t } = useTranslation('flows');
  const restore = async ({ number }: FlowVersion) => {
    const sure = await askConfirm({
      title: t('versions.restoreTitle', { number }),
      message: t('versions.restoreText', { number }),
      confirm: t('versions.restore'),
      danger: false,
    });
    if (!sure) return;
    try {
      await request('post', `${FLOWS}/${flow.id}/restore`, {
        body: { number },
        version: flow.version,
      });
      toastSuccess(t('versions.restored', { number }));
    } catch (reason) {
      toastError(t('versions.notRestored'), reason);
    }
    await invalidatePaths(FLOWS);
  };
  return (
    <VersionsList
      query={useQuery(versionsQuery(flow.id))}
      none={t('versions.none')}
      current={t('versions.current')}
      facts={({ definition }) => [
        t('list.questions', { count: definition.questions?.length ?? 0 }),
      ]}
      actions={(one) =>
        !readOnly && (
          <Button
            variant="default"
            size="xs"
            disabled={dirty}
            aria-label={t('versions.restoreNamed', { number: one.number })}
            onClick={() => void restore(one)}
          >
            {t('versions.restore')}
          </Button>
        )
      }
    />
  );
}
