import { Alert, Badge, Button, Group, Menu, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { StatCard } from '@/components/stat-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { HealthBadge } from './badges';
import { DeliveryDrawer } from './delivery-drawer';
import { DeliveryLog } from './delivery-log';
import { EndpointDialog } from './endpoint-dialog';
import { DELIVERIES, type Delivery, ENDPOINTS, type Endpoint, endpointQuery } from './queries';
import { SecretCard } from './secret-card';

const route = getRouteApi('/_app/settings/webhooks/$endpointId');

function Figures({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('webhooks');
  const { attempts, successes, median_ms: median, last_success_at: last } = endpoint;
  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
      <StatCard
        label={t('figures.success')}
        value={attempts ? formatPercent(successes / attempts) : '–'}
        hint={t('figures.of', { count: attempts, shown: formatNumber(attempts) })}
      />
      <StatCard
        label={t('figures.median')}
        value={median == null ? '–' : t('delivery.took', { ms: formatNumber(median) })}
        hint={last ? t('list.lastSuccess', { when: formatRelative(last) }) : t('figures.never')}
      />
      <StatCard
        label={t('figures.waiting')}
        value={endpoint.waiting >= 1000 ? '1,000+' : formatNumber(endpoint.waiting)}
        hint={
          endpoint.failures_in_row
            ? t('figures.failures', { count: endpoint.failures_in_row })
            : undefined
        }
      />
    </SimpleGrid>
  );
}

function Actions({ endpoint, onEdit }: { endpoint: Endpoint; onEdit: () => void }) {
  const { t } = useTranslation('webhooks');
  const navigate = route.useNavigate();
  const active = endpoint.state === 'active';
  const act = async (what: () => Promise<unknown>, failed: string) => {
    try {
      await what();
    } catch (reason) {
      toastError(failed, reason);
    }
    await invalidatePaths(ENDPOINTS, DELIVERIES);
  };
  const ping = () =>
    act(async () => {
      const { id } = await request<Delivery>('post', `${ENDPOINTS}/${endpoint.id}/pings`);
      void navigate({ search: (old) => ({ ...old, delivery: id }) });
    }, t('actions.notPinged'));
  const turn = () =>
    act(async () => {
      await request('patch', `${ENDPOINTS}/${endpoint.id}`, {
        body: { state: active ? 'paused' : 'active' },
        version: endpoint.version,
      });
      toastSuccess(t(active ? 'actions.paused' : 'actions.resumed'));
    }, t('form.notSaved'));
  const remove = async () => {
    const sure = await askConfirm({
      title: t('actions.deleteTitle'),
      message: t('actions.deleteText', { url: endpoint.url }),
      confirm: t('actions.delete'),
    });
    if (!sure) return;
    await act(async () => {
      await request('delete', `${ENDPOINTS}/${endpoint.id}`, { version: endpoint.version });
      toastSuccess(t('actions.deleted'));
      void navigate({ to: '/settings/webhooks' });
    }, t('actions.notDeleted'));
  };
  return (
    <>
      {active && (
        <Button variant="default" onClick={() => void ping()}>
          {t('actions.ping')}
        </Button>
      )}
      <Button variant={active ? 'default' : 'filled'} onClick={() => void turn()}>
        {t(active ? 'actions.pause' : 'actions.resume')}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default">{t('actions.more')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={onEdit}>{t('form.edit')}</Menu.Item>
          <Menu.Item color="red" onClick={() => void remove()}>
            {t('actions.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** One endpoint: health, events, secret and the log of its deliveries. */
export function EndpointPage() {
  const { t } = useTranslation('webhooks');
  const { endpointId } = route.useParams();
  const { delivery } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('webhooks:write');
  const { data: endpoint, error, refetch } = useQuery(endpointQuery(endpointId));
  const [editing, setEditing] = useState(false);
  if (error instanceof ApiError && error.status === 404) {
    return <NotFoundState title={t('notFound')} to="/settings/webhooks" back={t('back')} />;
  }
  if (!endpoint) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        {error ? (
          <ErrorState error={error} onRetry={() => void refetch()} />
        ) : (
          <LoadingLines lines={10} />
        )}
      </Page>
    );
  }
  const paused = endpoint.state === 'paused';
  return (
    <Page>
      <PageHeader
        title={endpoint.description || endpoint.url}
        description={endpoint.description ? endpoint.url : undefined}
        beside={<HealthBadge health={endpoint.health} />}
        actions={mayWrite && <Actions endpoint={endpoint} onEdit={() => setEditing(true)} />}
      />
      {endpoint.disabled_reason && (
        <Alert
          color={paused ? 'yellow' : 'red'}
          icon={<IconAlertTriangle size={16} />}
          title={t(paused ? 'disabled.paused' : 'disabled.title')}
        >
          {`${endpoint.disabled_reason} ${t(paused ? 'disabled.pausedText' : 'disabled.text')}`}
        </Alert>
      )}
      <Figures endpoint={endpoint} />
      <SimpleGrid cols={{ base: 1, md: mayWrite ? 2 : 1 }} spacing="md">
        <SettingsCard title={t('events.title')}>
          <Stack gap="xs">
            <Group gap={4}>
              {endpoint.event_types.map((type) => (
                <Badge key={type} color="gray" tt="none">
                  {type}
                </Badge>
              ))}
            </Group>
            <Text size="sm" c="dimmed">
              {[
                t(`format.${endpoint.format}`),
                endpoint.in_order && t('events.inOrder'),
                t('events.by', {
                  name: endpoint.created_by_name,
                  when: formatRelative(endpoint.created_at),
                }),
                t('events.keeper', { name: endpoint.keeper_name }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </Stack>
        </SettingsCard>
        {mayWrite && <SecretCard endpoint={endpoint} />}
      </SimpleGrid>
      <Stack gap="sm">
        <Title order={2} size="h3">
          {t('log.title')}
        </Title>
        <DeliveryLog endpoint={endpoint} mayWrite={mayWrite} />
      </Stack>
      <DeliveryDrawer
        id={delivery}
        onClose={() => void navigate({ search: (old) => ({ ...old, delivery: undefined }) })}
      />
      {editing && <EndpointDialog endpoint={endpoint} onClose={() => setEditing(false)} />}
    </Page>
  );
}
