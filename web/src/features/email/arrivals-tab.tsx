import { Badge, Card, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconInbox } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import classes from './email.module.css';
import { type Arrival, arrivalsQuery } from './queries';
import { type EmailSearch, KINDS } from './search';

const route = getRouteApi('/_app/settings/email');

const COLOURS: Record<string, string> = { bounce: 'red', complaint: 'red', reply: 'green' };

function Kind({ kind }: { kind: string }) {
  const { t } = useTranslation('email');
  return (
    <Badge color={COLOURS[kind] ?? 'gray'} miw="max-content">
      {t(`arrival.kind.${kind}`, { defaultValue: kind })}
    </Badge>
  );
}

/** Mails that came in, and what they were taken for. */
export function ArrivalsTab() {
  const { t } = useTranslation('email');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(arrivalsQuery(search));
  const filter = (kind: EmailSearch['kind']) =>
    void navigate({ search: (old) => ({ ...old, kind, cursor: undefined }), replace: true });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const columns = useMemo<DataColumn<Arrival>[]>(
    () => [
      {
        id: 'from',
        header: t('arrival.from'),
        cell: (row) => row.from_address || t('arrival.nobody'),
        size: 230,
        hideable: false,
      },
      {
        id: 'kind',
        header: t('arrival.takenFor'),
        cell: (row) => <Kind kind={row.kind} />,
        size: 150,
      },
      { id: 'subject', header: t('delivery.subject'), cell: (row) => row.subject, size: 280 },
      {
        id: 'when',
        header: t('delivery.when'),
        cell: (row) => formatDateTime(row.created_at),
        size: 160,
      },
      {
        id: 'meaning',
        header: t('arrival.meaning'),
        cell: (row) => [row.code, row.reason].filter(Boolean).join(' · '),
        size: 300,
      },
    ],
    [t],
  );
  return (
    <>
      <Group gap="sm">
        <Select
          aria-label={t('arrival.takenFor')}
          placeholder={t('arrival.anyKind')}
          clearable
          clearButtonProps={{ 'aria-label': t('arrival.clearKind') }}
          w={{ base: '100%', sm: 220 }}
          data={KINDS.map((value) => ({ value, label: t(`arrival.kind.${value}`) }))}
          value={search.kind ?? null}
          onChange={(kind) => filter((kind as EmailSearch['kind']) ?? undefined)}
        />
      </Group>
      <DataTable
        label={t('tab.arrivals')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.from_address || row.kind}
        refreshing={isPlaceholderData}
        card={(row) => (
          <Card padding="sm">
            <Group justify="space-between" wrap="nowrap">
              <Text fw={500} className="tw-truncate">
                {row.from_address || t('arrival.nobody')}
              </Text>
              <Kind kind={row.kind} />
            </Group>
            <Text size="sm" className={classes.words}>
              {row.subject}
            </Text>
            <Text size="xs" c="dimmed" className={classes.words}>
              {[formatDateTime(row.created_at), row.code, row.reason].filter(Boolean).join(' · ')}
            </Text>
          </Card>
        )}
        error={error}
        onRetry={() => void refetch()}
        paging={{
          size: 25,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          search.kind ? (
            <FilteredEmptyState title={t('arrival.noMatch')} onClear={() => filter(undefined)} />
          ) : (
            <EmptyState icon={IconInbox} title={t('arrival.empty')} compact>
              {t('arrival.emptyText')}
            </EmptyState>
          )
        }
      />
    </>
  );
}
