import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ItemCard } from '@/components/item-card';
import { CardList } from '@/components/list-page';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import type { TabProps } from './journey-page';
import { MoveDialog } from './move-dialog';
import { JOURNEYS, type Version, versionsQuery } from './queries';

/** What was published, who still follows it, and ways back and forth. */
export function VersionsTab({ journey, draft, readOnly }: TabProps) {
  const { t } = useTranslation('journeys');
  const { data, error, refetch } = useQuery(versionsQuery(journey.id));
  const [moving, setMoving] = useState<Version>();
  const mayLaunch = useMay('campaigns:launch');
  const restore = async ({ number }: Version) => {
    const sure = await askConfirm({
      title: t('versions.restoreTitle', { number }),
      message: t('versions.restoreText', { number }),
      confirm: t('versions.restore'),
      danger: false,
    });
    if (!sure) return;
    try {
      await draft.flush();
      await request('post', `${JOURNEYS}/${journey.id}/restore`, { body: { number } });
      toastSuccess(t('versions.restored', { number }));
    } catch (reason) {
      toastError(t('versions.notRestored'), reason);
    }
    await invalidatePaths(JOURNEYS);
  };
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={4} height={56} />;
  if (data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('versions.none')}
      </Text>
    );
  }
  return (
    <Stack gap="md">
      <CardList>
        {data.map((one) => (
          <ItemCard
            key={one.id}
            title={t('versions.number', { number: one.number })}
            badges={one.current && <Badge color="green">{t('versions.current')}</Badge>}
            facts={[
              one.note,
              one.published_by_name,
              formatDateTime(one.published_at),
              t('list.steps', { count: one.draft.nodes?.length ?? 0 }),
              one.waiting > 0 && t('versions.waiting', { count: one.waiting }),
            ]}
            actions={
              <Group gap="xs">
                {mayLaunch && !one.current && one.waiting > 0 && (
                  <Button
                    variant="default"
                    aria-label={t('move.openNamed', { number: one.number })}
                    onClick={() => setMoving(one)}
                  >
                    {t('move.open')}
                  </Button>
                )}
                {!readOnly && (
                  <Button
                    variant="default"
                    aria-label={t('versions.restoreNamed', { number: one.number })}
                    onClick={() => void restore(one)}
                  >
                    {t('versions.restore')}
                  </Button>
                )}
              </Group>
            }
          />
        ))}
      </CardList>
      {moving && (
        <MoveDialog journey={journey} version={moving} onClose={() => setMoving(undefined)} />
      )}
    </Stack>
  );
}
