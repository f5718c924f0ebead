import {
  Card,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { IconInbox, IconSearch } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { HumanBadge } from './badges';
import { EventDrawer } from './event-drawer';
import { type EventRow, eventsQuery, PAGE, type Source } from './queries';
import { RejectedList } from './rejected-list';
import { EVENT_TYPES } from './search';
import classes from './sources.module.css';
import { useSearchChange } from './use-search-change';
import { useTail } from './use-tail';
import { eventTitle, formatMoment } from './words';

const route = getRouteApi('/_app/sources/$sourceId');

function Visitor({ event }: { event: EventRow }) {
  return <>{event.user_id ?? event.anonymous_id ?? '–'}</>;
}

function Accepted({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const search = route.useSearch();
  const { filter, open, turn } = useSearchChange();
  const { data, error, refetch, isPlaceholderData } = useQuery(eventsQuery(source.id, search));
  const [visitor, setVisitor] = useState(search.visitor ?? '');
  const find = useDebouncedCallback(
    (text: string) => filter({ visitor: text.trim() || undefined }),
    300,
  );
  const filtered = Boolean(search.type || search.name || search.visitor || search.bots);
  const clear = () => {
    setVisitor('');
    filter({ type: undefined, name: undefined, visitor: undefined, bots: undefined });
  };
  const columns = useMemo<DataColumn<EventRow>[]>(
    () => [
      {
        id: 'event',
        header: t('debugger.event'),
        cell: (row) => (
          <span className="tw-truncate" title={eventTitle(t, row)}>
            {eventTitle(t, row)}
          </span>
        ),
        size: 280,
        hideable: false,
      },
      { id: 'type', header: t('debugger.type'), cell: (row) => row.type, size: 90 },
      {
        id: 'visitor',
        header: t('debugger.visitor'),
        cell: (row) => <Visitor event={row} />,
        size: 240,
      },
      {
        id: 'human',
        header: t('debugger.human'),
        cell: (row) => <HumanBadge event={row} />,
        size: 150,
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
      <Group gap="sm" align="flex-end">
        <Select
          aria-label={t('debugger.type')}
          placeholder={t('debugger.anyType')}
          clearable
          clearButtonProps={{ 'aria-label': t('debugger.clearType') }}
          w={{ base: 'calc(50% - 6px)', sm: 150 }}
          data={EVENT_TYPES.map((value) => ({ value, label: value }))}
          value={search.type ?? null}
          onChange={(type) => filter({ type: type ?? undefined, name: undefined })}
        />
        <Select
          aria-label={t('debugger.bots')}
          w={{ base: 'calc(50% - 6px)', sm: 190 }}
          allowDeselect={false}
          data={[
            { value: 'all', label: t('debugger.all') },
            { value: 'without', label: t('debugger.withoutBots') },
            { value: 'only', label: t('debugger.onlyBots') },
          ]}
          value={search.bots ?? 'all'}
          onChange={(bots) => filter({ bots: bots === 'all' ? undefined : bots })}
        />
        <TextInput
          aria-label={t('debugger.findVisitor')}
          placeholder={t('debugger.findVisitor')}
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 230 }}
          maxLength={200}
          value={visitor}
          onChange={({ currentTarget }) => {
            setVisitor(currentTarget.value);
            find(currentTarget.value);
          }}
        />
        {search.name && (
          <Text size="sm" c="dimmed">
            {t('debugger.named', { name: search.name })}
          </Text>
        )}
      </Group>
      <DataTable
        label={t('debugger.accepted')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => eventTitle(t, row)}
        refreshing={isPlaceholderData}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => open(row.id)}
        card={(row) => (
          <Card padding="sm" component="button" w="100%" onClick={() => open(row.id)} ta="start">
            <Group justify="space-between" wrap="nowrap">
              <Text fw={500} size="sm" className="tw-truncate">
                {eventTitle(t, row)}
              </Text>
              <HumanBadge event={row} />
            </Group>
            <Text size="xs" c="dimmed" className="tw-truncate">
              {formatMoment(row.received_at)} · <Visitor event={row} />
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
          filtered ? (
            <FilteredEmptyState title={t('debugger.noMatch')} onClear={clear} />
          ) : (
            <EmptyState icon={IconInbox} title={t('debugger.empty')} compact>
              {t('debugger.emptyText')}
            </EmptyState>
          )
        }
      />
      <EventDrawer source={source} id={search.event} onClose={() => open(undefined)} />
    </>
  );
}

/** Events as they arrive, and those that were refused with the reason. */
export function DebuggerTab({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const { show = 'accepted', cursor } = route.useSearch();
  const { filter } = useSearchChange();
  const [wanted, setWanted] = useState(true);
  // Rows that move under the hand help nobody: only the newest page follows.
  const live = wanted && !cursor;
  const heard = useTail(source.id, live);
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <SegmentedControl
          aria-label={t('debugger.show')}
          data={(['accepted', 'rejected'] as const).map((value) => ({
            value,
            label: t(`debugger.${value}`),
          }))}
          value={show}
          onChange={(value) =>
            filter({ show: value === 'accepted' ? undefined : value, event: undefined })
          }
        />
        <Group gap="xs" wrap="nowrap">
          <span className={classes.dot} data-idle={live ? undefined : true} aria-hidden />
          <Switch
            label={t('debugger.live')}
            checked={wanted}
            onChange={({ currentTarget }) => setWanted(currentTarget.checked)}
          />
          <Text size="xs" c="dimmed" className="tw-number">
            {live ? t('debugger.heard', { count: heard, shown: formatNumber(heard) }) : ''}
          </Text>
        </Group>
      </Group>
      {show === 'accepted' ? <Accepted source={source} /> : <RejectedList source={source} />}
    </Stack>
  );
}
