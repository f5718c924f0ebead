import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { ConnectionDialog } from './connection-dialog';
import { ConnectionDrawer } from './connection-drawer';
import { ConnectionsCard } from './connections-card';
import { DomainsCard } from './domains-card';
import { KeepersCard } from './keepers-card';
import { type Connection, ssoQuery } from './queries';

const route = getRouteApi('/_app/settings/single-sign-on');

/** Identity providers, the domains they speak for, and who can get in without them. */
export function SsoPage() {
  const { t } = useTranslation('settings/sso');
  const { connection: openId, attempt } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(ssoQuery());
  const [edited, setEdited] = useState<Connection | 'new'>();
  const open = (connection: string | undefined) =>
    void navigate({ search: connection ? { connection } : {} });
  const opened = data?.connections.find((connection) => connection.id === openId);
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={
          data && (
            <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited('new')}>
              {t('add')}
            </Button>
          )
        }
      />
      {!data && (
        <SettingsCard title={t('connections')}>
          {error ? (
            <ErrorState error={error} compact onRetry={() => void refetch()} />
          ) : (
            <LoadingLines lines={6} />
          )}
        </SettingsCard>
      )}
      {data && (
        <>
          <ConnectionsCard connections={data.connections} onOpen={open} onEdit={setEdited} />
          <DomainsCard overview={data} />
          <KeepersCard overview={data} />
        </>
      )}
      {edited && (
        <ConnectionDialog
          connection={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
          onCreated={(created) => open(created.id)}
        />
      )}
      <ConnectionDrawer connection={opened} attempt={attempt} onClose={() => open(undefined)} />
    </Page>
  );
}
