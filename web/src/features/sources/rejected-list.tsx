import { Card, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconCircleCheck } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { EmptyState } from '@/components/page-states';
import { RejectionDrawer } from './event-drawer';
import { PAGE, type Rejection, rejectionsQuery, type Source } from './queries';
import { useSearchChange } from './use-search-change';
import { formatMoment } from './words';

const route = getRouteApi('/_app/sources/$sourceId');

/** What was refused, newest first, with the reason. */
export function RejectedList({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const search = route.useSearch();
  const { filter, open, turn } = useSearchChange();
  const { data, error, refetch, isPlaceholderData } = useQuery(rejectionsQuery(source.id, search));
  const columns = useMemo<DataColumn<Rejection>[]>(
    () => [
      {
        id: 'reason',
        header: t('rejected.reason'),
        cell: (row) => (
          <span className="tw-truncate" title={row.detail}>
            {row.detail}
          </span>
        ),
        size: 380,
        hideable: false,
      },
      {
        id: 'event',
        header: t('debugger.event'),
        cell: (row) => row.name || row.type || '–',
        size: 200,
      },
      {
        id: 'times',
        header: t('rejected.times'),
        cell: (row) => formatNumber(row.occurrences),
        size: 90,
        align: 'end',
      },
      {
        id: 'received',
        header: t('debugger.received'),
        cell: (row) => formatMoment(row.received_at),
        size: 170,
      },
    ],
    [t],
  );
  return (
    <>
      <DataTable
        label={t('debugger.rejected')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.detail}
        refreshing={isPlaceholderData}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => open(row.id)}
        card={(row) => (
          <Card padding="sm" component="button" w="100%" onClick={() => open(row.id)} ta="start">
            <Text size="sm" fw={500}>
              {row.detail}
            </Text>
            <Text size="xs" c="dimmed">
              {[row.name || row.type, formatMoment(row.received_at)].filter(Boolean).join(' · ')}
            </Text>
          </Card>
        )}
        paging={{
          size: search.size ?? PAGE,
          onSize: (size) => filter({ size: size === PAGE ? undefined : size }),
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          <EmptyState icon={IconCircleCheck} title={t('rejected.empty')} compact>
            {t('rejected.emptyText')}
          </EmptyState>
        }
      />
      <RejectionDrawer
        rejection={data?.items.find(({ id }) => id === search.event)}
        onClose={() => open(undefined)}
      />
    </>
  );
}
