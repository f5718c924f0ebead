import { Alert, Button, Menu, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle, IconCalendar, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { AppsCard } from './apps-card';
import classes from './calendars.module.css';
import { ConnectDialog } from './connect-dialog';
import { ConnectionCard } from './connection-card';
import { FeedCard } from './feed-card';
import {
  beginSignIn,
  type Connection,
  completeSignIn,
  connectionsQuery,
  type Vendor,
  vendorsQuery,
} from './queries';

const route = getRouteApi('/_app/settings/calendars');

/** Ends a sign-in that came back with the browser, once. */
function useReturn() {
  const { t } = useTranslation('calendars');
  const { state, code, error } = route.useSearch();
  const navigate = route.useNavigate();
  const taken = useRef<string>(undefined);
  useEffect(() => {
    if (!state || taken.current === state) return;
    taken.current = state;
    void navigate({ search: {}, replace: true });
    completeSignIn({ state, ...(code ? { code } : {}), ...(error ? { error } : {}) }).then(
      ({ label }) => toastSuccess(t('dialog.done', { name: label })),
      (reason: unknown) => toastError(t('signIn.failed'), reason),
    );
  }, [state, code, error, navigate, t]);
}

/** A member's own calendars: what makes busy, where meetings are written, how fresh all that is. */
export function CalendarsPage() {
  const { t } = useTranslation('calendars');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(connectionsQuery());
  const { data: vendors } = useQuery(vendorsQuery());
  const mayApps = useMay('organisation:write');
  const [renewed, setRenewed] = useState<Connection>();
  useReturn();
  const open = (next: { connect?: string; app?: string }) => void navigate({ search: next });
  const vendorOf = (id: string | undefined) => vendors?.find((one) => one.id === id);

  const signIn = async (vendor: Vendor, connection?: Connection) => {
    if (!vendor.ready) {
      if (mayApps) open({ app: vendor.id });
      return;
    }
    try {
      const { url } = await beginSignIn(vendor.id, connection?.id);
      window.location.assign(url);
    } catch (reason) {
      toastError(t('signIn.failed'), reason);
    }
  };
  const choose = (vendor: Vendor, connection?: Connection) => {
    if (vendor.auth === 'oauth2_pkce') void signIn(vendor, connection);
    else if (connection) setRenewed(connection);
    else open({ connect: vendor.id });
  };
  const add = (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconPlus size={16} />} disabled={!vendors}>
          {t('connect')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {vendors?.map((vendor) => (
          <Menu.Item
            key={vendor.id}
            onClick={() => choose(vendor)}
            disabled={!vendor.ready && !mayApps}
            rightSection={
              vendor.ready ? undefined : <small>{t(mayApps ? 'signIn.setUp' : 'signIn.ask')}</small>
            }
          >
            {vendor.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
  const calendars = data?.flatMap((connection) => connection.calendars) ?? [];
  const takesMeetings =
    calendars.some(({ takes_meetings }) => takes_meetings) ||
    !calendars.some(({ writable }) => writable);
  const connecting = vendorOf(search.connect);
  const renewing = vendorOf(renewed?.kind);
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={data && data.length > 0 && add}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} />}
      {data?.length === 0 && (
        <EmptyState icon={IconCalendar} title={t('empty')} action={add}>
          {t('emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <>
          {!takesMeetings && (
            <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
              {t('noneForMeetings')}
            </Alert>
          )}
          <Stack component="ul" gap="md" className={classes.list} aria-label={t('accounts')}>
            {data.map((connection) => (
              <ConnectionCard
                key={connection.id}
                connection={connection}
                vendor={vendorOf(connection.kind)}
                onReconnect={() => {
                  const vendor = vendorOf(connection.kind);
                  if (vendor) choose(vendor, connection);
                }}
              />
            ))}
          </Stack>
        </>
      )}
      {data && <FeedCard />}
      {mayApps && <AppsCard open={search.app} onOpen={(app) => open(app ? { app } : {})} />}
      {connecting && connecting.auth !== 'oauth2_pkce' && (
        <ConnectDialog vendor={connecting} onClose={() => open({})} />
      )}
      {renewed && renewing && (
        <ConnectDialog
          vendor={renewing}
          connection={renewed}
          onClose={() => setRenewed(undefined)}
        />
      )}
    </Page>
  );
}
