import { Badge, Button, Code, Group, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatNumber, formatRelative } from '@/app/format';
import { IconKey, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { ApiKeyDialog } from './api-key-dialog';
import { ApiKeySecret } from './api-key-secret';
import { type ApiKey, keysQuery } from './queries';
import classes from './settings.module.css';

const STATUS_COLOURS = {
  expired: 'gray',
  revoked: 'red',
  creator_inactive: 'yellow',
  creator_unprotected: 'yellow',
} as const;

function useFacts(key: ApiKey): string[] {
  const { t } = useTranslation('settings');
  return [
    key.last_used_at
      ? t('keys.used', { when: formatRelative(key.last_used_at), ip: key.last_used_ip ?? '?' })
      : t('keys.unused'),
    key.revoked_at
      ? t('keys.revokedBy', { date: formatDate(key.revoked_at), name: key.revoked_by_name })
      : key.expires_at
        ? t(key.status === 'expired' ? 'keys.ended' : 'keys.ends', {
            date: formatDate(key.expires_at),
          })
        : t('keys.neverEnds'),
    key.requests_per_minute &&
      t('keys.perMinute', { limit: formatNumber(key.requests_per_minute) }),
    t('keys.by', { name: key.created_by_name, date: formatDate(key.created_at) }),
  ].filter((fact) => typeof fact === 'string');
}

function KeyRow({ apiKey, mayWrite }: { apiKey: ApiKey; mayWrite: boolean }) {
  const { t } = useTranslation('settings');
  const facts = useFacts(apiKey);
  const lost = apiKey.scopes.filter((scope) => !apiKey.effective_scopes.includes(scope));
  const limits = [...apiKey.allowed_networks, ...apiKey.allowed_origins];
  const revoke = async () => {
    const sure = await askConfirm({
      title: t('keys.revoke'),
      message: t('keys.revokeText', { name: apiKey.name }),
      confirm: t('keys.revoke'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/keys/${apiKey.id}`);
      toastSuccess(t('keys.revoked', { name: apiKey.name }));
    } catch (reason) {
      toastError(t('keys.notRevoked', { name: apiKey.name }), reason);
    }
    await invalidatePaths('/api/v1/keys');
  };
  return (
    <li className={classes.row}>
      <Stack className={classes.main} gap={4}>
        <Group gap="xs">
          <Text size="sm" fw={500} className={classes.breakable}>
            {apiKey.name}
          </Text>
          <Badge color="gray">{t(`keys.kind.${apiKey.kind}`)}</Badge>
          {apiKey.test && <Badge color="blue">{t('keys.isTest')}</Badge>}
          {apiKey.status !== 'active' && (
            <Badge color={STATUS_COLOURS[apiKey.status]}>{t(`keys.status.${apiKey.status}`)}</Badge>
          )}
        </Group>
        <div>
          <Code className={classes.code}>{apiKey.shown}</Code>
        </div>
        <Text size="xs" className={classes.breakable}>
          {apiKey.scopes.join(', ')}
        </Text>
        {apiKey.status === 'active' && lost.length > 0 && (
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {t('keys.lost', { name: apiKey.created_by_name, scopes: lost.join(', ') })}
          </Text>
        )}
        {limits.length > 0 && (
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {t('keys.onlyFrom', { places: limits.join(', ') })}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {facts.join(' · ')}
        </Text>
      </Stack>
      {mayWrite && apiKey.status !== 'revoked' && (
        <Button
          variant="subtle"
          color="red"
          aria-label={t('keys.revokeNamed', { name: apiKey.name })}
          onClick={() => void revoke()}
        >
          {t('keys.revoke')}
        </Button>
      )}
    </li>
  );
}

/** Keys with which programs use the API. */
export function ApiKeysPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(keysQuery());
  const mayWrite = useMay('keys:write');
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schema<'ApiKeyCreated'>>();
  const [revokedToo, setRevokedToo] = useState(false);
  const all = data?.items ?? [];
  const live = all.filter((key) => key.status !== 'revoked');
  const shown = revokedToo ? all : live;
  const start = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
      {t('keys.new')}
    </Button>
  );
  return (
    <Page layout="form">
      <PageHeader title={t('keys.title')} count={data && live.length} actions={start} />
      <SettingsCard
        title={t('keys.list')}
        description={t('keys.listText')}
        action={
          all.length > live.length && (
            <Switch
              label={t('keys.showRevoked')}
              checked={revokedToo}
              onChange={(event) => setRevokedToo(event.currentTarget.checked)}
            />
          )
        }
      >
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {data && shown.length === 0 && (
          <EmptyState icon={IconKey} title={t('keys.empty')} compact>
            {t(mayWrite ? 'keys.emptyText' : 'keys.emptyReadOnly')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {shown.map((key) => (
            <KeyRow key={key.id} apiKey={key} mayWrite={mayWrite} />
          ))}
        </ul>
      </SettingsCard>
      {making && data && (
        <ApiKeyDialog
          grantable={data.grantable}
          onClose={() => setMaking(false)}
          onMade={(created) => {
            setMaking(false);
            setMade(created);
          }}
        />
      )}
      {made && <ApiKeySecret made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}
