import { Button, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from '../settings.module.css';
import { change, type Lock, locksQuery } from './queries';

/** Accounts that refuse sign-ins for a while after too many failures. */
export function LocksCard() {
  const { t } = useTranslation('settings/monitoring');
  const mayWrite = useMay('security:write');
  const { data, error, refetch } = useQuery({ ...locksQuery(), refetchInterval: 30_000 });
  const unlock = async ({ user_id, name }: Lock) => {
    const sure = await askConfirm({
      title: t('locks.sure', { name }),
      message: t('locks.sureText'),
      confirm: t('locks.unlock'),
      danger: false,
    });
    if (!sure) return;
    try {
      await change('delete', `/locks/${user_id}`);
      toastSuccess(t('locks.done', { name }));
    } catch (reason) {
      toastError(t('locks.notDone', { name }), reason);
    }
  };
  return (
    <SettingsCard title={t('locks.title')} description={t('locks.text')}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={2} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('locks.none')}
        </Text>
      )}
      <ul className={classes.rows}>
        {data?.items.map((lock) => (
          <li key={lock.user_id} className={classes.row}>
            <Stack gap={4} className={classes.main}>
              <Text size="sm" fw={500} className={classes.breakable}>
                {lock.name}
              </Text>
              <Text size="xs" c="dimmed" className={classes.breakable}>
                {t('locks.until', { email: lock.email, when: formatDateTime(lock.locked_until) })}
              </Text>
            </Stack>
            {mayWrite && (
              <Button
                variant="default"
                aria-label={t('locks.unlockNamed', { name: lock.name })}
                onClick={() => void unlock(lock)}
              >
                {t('locks.unlock')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}
