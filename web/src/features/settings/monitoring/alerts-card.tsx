import { Button, Group } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconShieldLock } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from '../settings.module.css';
import { AlertRow } from './alert-row';
import { HandleDialog, type Handling } from './handle-dialog';
import { alertsQuery } from './queries';

/** Alerts that wait for somebody, or those of the past. */
export function AlertsCard({ show }: { show: 'open' | 'closed' }) {
  const { t } = useTranslation('settings/monitoring');
  const mayWrite = useMay('security:write');
  const [cursor, setCursor] = useState<string>();
  const [handling, setHandling] = useState<Handling>();
  const { data, error, refetch } = useQuery({
    ...alertsQuery(show, cursor),
    placeholderData: keepPreviousData,
    refetchInterval: show === 'open' ? 30_000 : false,
  });
  const { next_cursor: older, previous_cursor: newer } = data ?? {};
  return (
    <SettingsCard title={t(`${show}.title`)} description={t(`${show}.text`)}>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={3} />}
      {data?.items.length === 0 && (
        <EmptyState icon={IconShieldLock} title={t(`${show}.empty`)} compact>
          {t(`${show}.emptyText`)}
        </EmptyState>
      )}
      <ul className={classes.rows}>
        {data?.items.map((alert) => (
          <AlertRow
            key={alert.id}
            alert={alert}
            onHandle={mayWrite ? (one, state) => setHandling({ alert: one, state }) : undefined}
          />
        ))}
      </ul>
      {(older || newer) && (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={!newer} onClick={() => setCursor(newer ?? undefined)}>
            {t('newer')}
          </Button>
          <Button variant="default" disabled={!older} onClick={() => setCursor(older ?? undefined)}>
            {t('older')}
          </Button>
        </Group>
      )}
      {handling && <HandleDialog handling={handling} onClose={() => setHandling(undefined)} />}
    </SettingsCard>
  );
}
