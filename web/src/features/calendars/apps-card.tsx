import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { AppDialog } from './app-dialog';
import classes from './calendars.module.css';
import { appsQuery } from './queries';

interface AppsCardProps {
  /** The vendor whose app is open. */
  open: string | undefined;
  onOpen: (vendor: string | undefined) => void;
}

/** The organisation's apps at vendors where people sign in. */
export function AppsCard({ open, onOpen }: AppsCardProps) {
  const { t } = useTranslation('calendars');
  const { data, error, refetch } = useQuery(appsQuery());
  const opened = data?.find(({ vendor }) => vendor === open);
  return (
    <SettingsCard title={t('app.list')} description={t('app.text')}>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} compact />}
      {!data && !error && <LoadingLines lines={3} />}
      {data && (
        <ul className={classes.list}>
          {data.map((app) => (
            <li key={app.vendor} className={classes.row}>
              <div className={classes.words}>
                <Text size="sm" fw={500}>
                  {app.label}
                </Text>
                {app.client_id && (
                  <Text size="xs" c="dimmed" className={classes.breakable}>
                    {app.client_id}
                  </Text>
                )}
              </div>
              <Group gap="sm">
                {app.has_secret && <Badge color="green">{t('app.ready')}</Badge>}
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t('app.setUpNamed', { name: app.label })}
                  onClick={() => onOpen(app.vendor)}
                >
                  {t(app.has_secret ? 'change' : 'app.setUp')}
                </Button>
              </Group>
            </li>
          ))}
        </ul>
      )}
      {opened && <AppDialog app={opened} onClose={() => onOpen(undefined)} />}
    </SettingsCard>
  );
}
