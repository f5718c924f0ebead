import { Badge, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatRelative } from '@/app/format';
import { IconKey, IconPlus } from '@/app/icons';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { Copyable } from './copyable';
import { ProvisionedCards } from './provisioned-cards';
import { ProvisioningRulesCard } from './provisioning-rules-card';
import { ProvisioningSecret, ProvisioningTokenDialog } from './provisioning-token';
import {
  type ProvisioningToken,
  provisioningSettingsQuery,
  provisioningTokensQuery,
} from './queries';
import classes from './settings.module.css';

function TokenRow({ token }: { token: ProvisioningToken }) {
  const { t } = useTranslation('settings');
  const { name } = token;
  const revoke = async () => {
    const sure = await askConfirm({
      title: t('provisioning.revoke'),
      message: t('provisioning.revokeText', { name }),
      confirm: t('provisioning.revoke'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/provisioning/tokens/${token.id}`);
      toastSuccess(t('provisioning.revoked', { name }));
    } catch (reason) {
      toastError(t('provisioning.notRevoked', { name }), reason);
    }
    await invalidatePaths('/api/v1/provisioning/tokens');
  };
  const facts = [
    token.last_used_at
      ? t('provisioning.used', { when: formatRelative(token.last_used_at) })
      : t('provisioning.unused'),
    t(token.expired ? 'provisioning.ended' : 'provisioning.ends', {
      date: formatDate(token.expires_at),
    }),
    t('provisioning.by', { name: token.created_by_name, date: formatDate(token.created_at) }),
  ];
  return (
    <li className={classes.row}>
      <Stack className={classes.main} gap={4}>
        <Group gap="xs">
          <Text size="sm" fw={500} className={classes.breakable}>
            {name}
          </Text>
          <Code>tw_scim_…{token.hint}</Code>
          {token.expired && <Badge color="gray">{t('provisioning.expired')}</Badge>}
        </Group>
        <Text size="xs" c="dimmed">
          {facts.join(' · ')}
        </Text>
      </Stack>
      <Button
        variant="subtle"
        color="red"
        aria-label={t('provisioning.revokeNamed', { name })}
        onClick={() => void revoke()}
      >
        {t('provisioning.revoke')}
      </Button>
    </li>
  );
}

/** Members kept in step with an identity provider: its access, roles by group, and what it did. */
export function ProvisioningPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(provisioningTokensQuery());
  const settings = useQuery(provisioningSettingsQuery());
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<Schema<'ProvisioningTokenCreated'>>();
  return (
    <Page layout="form">
      <PageHeader
        title={t('provisioning.title')}
        description={t('provisioning.text')}
        actions={
          <Button leftSection={<IconPlus size={16} />} onClick={() => setMaking(true)}>
            {t('provisioning.new')}
          </Button>
        }
      />
      <SettingsCard
        title={t('provisioning.connection')}
        description={t('provisioning.connectionText')}
      >
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && <LoadingLines />}
        {settings.data && (
          <Copyable label={t('provisioning.endpoint')} text={settings.data.endpoint_url} />
        )}
        {data?.items.length === 0 && (
          <EmptyState icon={IconKey} title={t('provisioning.empty')} compact>
            {t('provisioning.emptyText')}
          </EmptyState>
        )}
        <ul className={classes.rows} aria-label={t('provisioning.tokens')}>
          {data?.items.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </ul>
      </SettingsCard>
      <ProvisioningRulesCard />
      <ProvisionedCards />
      {making && (
        <ProvisioningTokenDialog
          onClose={() => setMaking(false)}
          onMade={(created) => {
            setMaking(false);
            setMade(created);
          }}
        />
      )}
      {made && <ProvisioningSecret made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}
