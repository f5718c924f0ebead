import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './flows.module.css';
import type { TabProps } from './form';
import { FLOWS, type FlowVersion, versionsQuery } from './queries';

/** What was published and when, with a way back. */
export function VersionsTab({ flow, readOnly, dirty }: TabProps) {
  const { t } = useTranslation('flows');
  const { data: versions, error, refetch } = useQuery(versionsQuery(flow.id));
  if (error && !versions)
    return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!versions) return <LoadingLines lines={4} />;
  if (versions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('versions.none')}
      </Text>
    );
  }
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
    <ul className={classes.list}>
      {versions.map((one) => (
        <li key={one.id} className={classes.row}>
          <div className={classes.main}>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                {t('versions.number', { number: one.number })}
              </Text>
              {one.current && <Badge color="green">{t('versions.current')}</Badge>}
            </Group>
            {one.note && <Text size="sm">{one.note}</Text>}
            <Text size="xs" c="dimmed">
              {[
                one.published_by_name,
                formatDateTime(one.published_at),
                t('list.questions', { count: one.definition.questions?.length ?? 0 }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </div>
          {!readOnly && (
            <Button
              variant="default"
              size="xs"
              disabled={dirty}
              aria-label={t('versions.restoreNamed', { number: one.number })}
              onClick={() => void restore(one)}
            >
              {t('versions.restore')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
