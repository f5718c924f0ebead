import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { formatDateTime, formatRelative } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { sessionsQuery } from './queries';
import classes from './settings.module.css';

/** Where I am signed in, how and since when; each can be ended. */
export function SessionsCard() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(sessionsQuery());
  const end = async (path: string, message: string) => {
    try {
      await request('delete', path);
      toastSuccess(message);
    } catch (reason) {
      toastError(t('sessions.notEnded'), reason);
    }
    await refetch();
  };
  return (
    <SettingsCard
      title={t('sessions.title')}
      description={t('sessions.text')}
      action={
        data &&
        data.length > 1 && (
          <Button
            variant="default"
            onClick={() => void end('/api/v1/me/sessions', t('sessions.othersEnded'))}
          >
            {t('sessions.endOthers')}
          </Button>
        )
      }
    >
      {error && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines />}
      <ul className={classes.rows}>
        {data?.map((session) => (
          <li key={session.id} className={classes.row}>
            <div className={classes.main}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {session.device}
                </Text>
                {session.current && <Badge color="green">{t('sessions.this')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {t('sessions.used', {
                  when: formatRelative(session.last_used_at),
                  ip: session.ip ?? '–',
                })}
              </Text>
              <Text size="xs" c="dimmed">
                {t('sessions.opened', {
                  when: formatDateTime(session.created_at),
                  how: session.methods.map((method) => t(`sessions.by.${method}`)).join(', '),
                })}
              </Text>
            </div>
            {!session.current && (
              <Button
                variant="subtle"
                color="red"
                aria-label={t('sessions.endNamed', { device: session.device })}
                onClick={() => void end(`/api/v1/me/sessions/${session.id}`, t('sessions.ended'))}
              >
                {t('sessions.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}
