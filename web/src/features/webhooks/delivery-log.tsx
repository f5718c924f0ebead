import { Button, Card, Group, Select, Text } from '@mantine/core';
import { DateTimePicker } from '@mantine/dates';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import '@mantine/dates/styles.css';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconHistory, IconRefresh } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { FormDialog } from '@/components/form-dialog';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { toastSuccess } from '@/components/toasts';
import { StateBadge } from './badges';
import { DELIVERIES, type Delivery, deliveriesQuery, ENDPOINTS, type Endpoint } from './queries';
import { DELIVERY_STATES } from './search';

const route = getRouteApi('/_app/settings/webhooks/$endpointId');

function ReplayDialog({ endpoint, onClose }: { endpoint: Endpoint; onClose: () => void }) {
  const { t } = useTranslation('webhooks');
  const [initial] = useState(() => new Date(Date.now() - 86_400_000));
  const form = useForm({ initialValues: { since: initial as Date | string } });
  return (
    <FormDialog
      title={t('replay.title')}
      form={form}
      submit={t('replay.go')}
      onClose={onClose}
      onSubmit={async ({ since }) => {
        const { deliveries } = await request<{ deliveries: number }>(
          'post',
          `${ENDPOINTS}/${endpoint.id}/replays`,
          { body: { since: new Date(since).toISOString() } },
        );
        await invalidatePaths(ENDPOINTS, DELIVERIES);
        toastSuccess(t('replay.done', { count: deliveries, shown: formatNumber(deliveries) }));
        onClose();
      }}
    >
      <Text size="sm">{t('replay.text')}</Text>
      <DateTimePicker
        label={t('replay.since')}
        required
        maxDate={new Date()}
        {...form.getInputProps('since')}
      />
    </FormDialog>
  );
}

function DeliveryCard({ delivery }: { delivery: Delivery }) {
  return (
    <Card padding="sm">
      <Group justify="space-between" wrap="nowrap">
        <LinkAnchor
          c="inherit"
          fw={500}
          className="tw-truncate"
          to={`/settings/webhooks/${delivery.endpoint_id}` as never}
          search={((old: object) => ({ ...old, delivery: delivery.id })) as never}
        >
          {delivery.type}
        </LinkAnchor>
        <StateBadge state={delivery.state} />
      </Group>
      <Text size="xs" c="dimmed">
        {formatDateTime(delivery.created_at)}
      </Text>
      {delivery.last_error && <Text size="xs">{delivery.last_error}</Text>}
    </Card>
  );
}

/** What was sent to an endpoint in the last thirty days. */
export function DeliveryLog({ endpoint, mayWrite }: { endpoint: Endpoint; mayWrite: boolean }) {
  const { t } = useTranslation('webhooks');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(
    deliveriesQuery(endpoint.id, search),
  );
  const [replaying, setReplaying] = useState(false);
  const columns = useMemo<DataColumn<Delivery>[]>(
    () => [
      {
        id: 'type',
        header: t('log.type'),
        cell: (row) => row.type,
        size: 170,
        hideable: false,
      },
      {
        id: 'state',
        header: t('log.state'),
        cell: (row) => <StateBadge state={row.state} />,
        size: 110,
      },
      {
        id: 'status',
        header: t('log.status'),
        cell: (row) => row.last_status ?? '–',
        size: 80,
        align: 'end',
      },
      {
        id: 'attempts',
        header: t('log.attempts'),
        cell: (row) => formatNumber(row.attempts),
        size: 90,
        align: 'end',
      },
      {
        id: 'when',
        header: t('log.when'),
        cell: (row) => formatDateTime(row.created_at),
        size: 170,
      },
      { id: 'error', header: t('log.error'), cell: (row) => row.last_error ?? '', size: 280 },
    ],
    [t],
  );
  const filter = (changed: object) =>
    void navigate({ search: (old) => ({ ...old, ...changed, cursor: undefined }), replace: true });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  return (
    <>
      <Group justify="space-between" align="flex-end" gap="sm">
        <Group gap="sm">
          <Select
            aria-label={t('log.state')}
            placeholder={t('log.anyState')}
            clearable
            clearButtonProps={{ 'aria-label': t('log.clearState') }}
            w={160}
            data={DELIVERY_STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
            value={search.state ?? null}
            onChange={(state) => filter({ state: state ?? undefined })}
          />
          <Select
            aria-label={t('log.type')}
            placeholder={t('log.anyType')}
            clearable
            clearButtonProps={{ 'aria-label': t('log.clearType') }}
            w={200}
            data={[...endpoint.event_types, 'webhook.ping']}
            value={search.type ?? null}
            onChange={(type) => filter({ type: type ?? undefined })}
          />
        </Group>
        {mayWrite && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            onClick={() => setReplaying(true)}
          >
            {t('replay.open')}
          </Button>
        )}
      </Group>
      <DataTable
        label={t('log.title')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.type}
        refreshing={isPlaceholderData}
        card={(row) => <DeliveryCard delivery={row} />}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => void navigate({ search: (old) => ({ ...old, delivery: row.id }) })}
        paging={{
          size: 50,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          search.state || search.type ? (
            <FilteredEmptyState
              title={t('log.noMatch')}
              onClear={() => filter({ state: undefined, type: undefined })}
            />
          ) : (
            <EmptyState icon={IconHistory} title={t('log.empty')} compact>
              {t('log.emptyText')}
            </EmptyState>
          )
        }
      />
      {replaying && <ReplayDialog endpoint={endpoint} onClose={() => setReplaying(false)} />}
    </>
  );
}
