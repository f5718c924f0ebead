import { Button, Group, SegmentedControl, Select, Stack, Tabs, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { IconCalendar, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import type { Meeting } from '@/components/booking/queries';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { eventTypesQuery, meetingsQuery } from '../queries';
import classes from './list.module.css';
import { MeetingDrawer } from './meeting-drawer';
import { type MeetingsSearch, type MeetingsTab, TABS } from './search';
import { WaitingList } from './waiting-list';
import { WeekView } from './week-view';
import { dayWords, OutcomeBadge, span } from './words';

const route = getRouteApi('/_app/meetings/');
const BookingDialog = lazy(() => import('@/components/booking/booking-dialog'));
const ME = 'me';

function useColumns(colourOf: (meeting: Meeting) => string): DataColumn<Meeting>[] {
  const { t } = useTranslation('meetings');
  return useMemo(
    () => [
      {
        id: 'when',
        header: t('column.when'),
        size: 232,
        hideable: false,
        cell: (meeting) => (
          <span className="tw-number">
            <Text span inherit fw={500}>
              {dayWords(meeting.starts_at)}
            </Text>
            {`, ${span(meeting)}`}
          </span>
        ),
      },
      {
        id: 'who',
        header: t('column.who'),
        size: 220,
        cell: (meeting) => <Who meeting={meeting} />,
      },
      {
        id: 'type',
        header: t('column.type'),
        size: 200,
        cell: (meeting) => (
          <Group
            component="span"
            gap={6}
            wrap="nowrap"
            style={{ '--event-type': colourOf(meeting) }}
          >
            <span className={classes.colour} aria-hidden />
            <span className="tw-truncate">{meeting.title}</span>
          </Group>
        ),
      },
      {
        id: 'hosts',
        header: t('column.hosts'),
        size: 170,
        cell: (meeting) => meeting.hosts.map(({ name }) => name).join(', '),
      },
      {
        id: 'where',
        header: t('column.where'),
        size: 130,
        cell: (meeting) => t(`where.${meeting.location.kind}`),
      },
      {
        id: 'state',
        header: t('column.state'),
        size: 136,
        cell: (meeting) => <OutcomeBadge meeting={meeting} />,
      },
    ],
    [t, colourOf],
  );
}

function Who({ meeting }: { meeting: Meeting }) {
  const { t } = useTranslation('meetings');
  const [first, ...others] = meeting.attendees.filter(({ status }) => status !== 'cancelled');
  const shown = first ?? meeting.attendees[0];
  if (!shown) return t('nobody');
  return (
    <>
      <Masked value={shown.name} />
      {others.length > 0 && ` ${t('more', { count: others.length })}`}
    </>
  );
}

/** Booked meetings as list or week, each opened beside it. */
export function MeetingsPage() {
  const { t } = useTranslation('meetings');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const members = useMembers();
  const mayWrite = useMay('meetings:write');
  const { tab = 'upcoming', view, host, type } = search;
  const hostId = host === ME ? me.user.id : host;
  const week = view === 'week';
  const { data, error, isPlaceholderData, refetch } = useQuery({
    ...meetingsQuery({ ...search, host: hostId }),
    placeholderData: keepPreviousData,
    enabled: !week,
  });
  const { data: types } = useQuery(eventTypesQuery());
  const colourOf = useCallback(
    ({ event_type_id: id }: Meeting) =>
      types?.find((one) => one.id === id)?.colour ?? 'var(--mantine-color-gray-5)',
    [types],
  );
  const columns = useColumns(colourOf);
  const change = (part: Partial<MeetingsSearch>, replace = true) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }), replace });
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, open: id }), replace: id === undefined });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const book = (value?: boolean) => change({ book: value || undefined }, !value);
  const filtered = Boolean(host || type);
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => book(true)}>
      {t('book')}
    </Button>
  );
  return (
    <Page layout="fill">
      <PageHeader title={t('title')} actions={add} />
      <Group justify="space-between" gap="sm">
        <Tabs
          value={week ? null : tab}
          onChange={(next) =>
            change(
              {
                tab: next === 'upcoming' ? undefined : (next as Exclude<MeetingsTab, 'upcoming'>),
                view: undefined,
              },
              false,
            )
          }
        >
          <Tabs.List>
            {TABS.map((value) => (
              <Tabs.Tab key={value} value={value}>
                {t(`tab.${value}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <div className={classes.filters}>
          <Select
            aria-label={t('filter.host')}
            placeholder={t('filter.allHosts')}
            className={classes.filter}
            clearable
            data={[
              { value: ME, label: t('filter.mine') },
              ...members.options.filter(({ value }) => value !== me.user.id),
            ]}
            value={host ?? null}
            onChange={(value) => change({ host: value ?? undefined })}
          />
          <Select
            aria-label={t('filter.type')}
            placeholder={t('filter.allTypes')}
            className={classes.filter}
            clearable
            data={(types ?? []).map(({ id, title }) => ({ value: id, label: title }))}
            value={type ?? null}
            onChange={(value) => change({ type: value ?? undefined })}
          />
          <SegmentedControl
            aria-label={t('view.label')}
            size="sm"
            value={week ? 'week' : 'list'}
            onChange={(value) => change({ view: value === 'week' ? 'week' : undefined }, false)}
            data={['list', 'week'].map((value) => ({ value, label: t(`view.${value}`) }))}
          />
        </div>
      </Group>
      {week ? (
        <WeekView
          day={search.day}
          host={hostId}
          type={type}
          colourOf={colourOf}
          onDay={(day) => change({ day })}
          onOpen={({ id }) => open(id)}
        />
      ) : (
        <DataTable
          label={t(`tab.${tab}`)}
          columns={columns}
          rows={data?.items}
          rowId={(meeting) => meeting.id}
          rowName={(meeting) => `${meeting.title}, ${dayWords(meeting.starts_at)}`}
          refreshing={isPlaceholderData}
          error={error}
          onRetry={() => void refetch()}
          onOpen={({ id }) => open(id)}
          onPeek={({ id }) => open(id)}
          paging={{
            size: 50,
            onNext: turn(data?.next_cursor),
            onPrevious: turn(data?.previous_cursor),
          }}
          empty={
            filtered ? (
              <FilteredEmptyState
                title={t('noMatch')}
                onClear={() => change({ host: undefined, type: undefined })}
              />
            ) : (
              <EmptyState
                icon={IconCalendar}
                title={t(`empty.${tab}`)}
                action={
                  tab === 'upcoming' && (
                    <LinkAnchor to="/meetings/event-types">{t('empty.to')}</LinkAnchor>
                  )
                }
              >
                {t(`empty.${tab}Text`)}
              </EmptyState>
            )
          }
          card={(meeting) => (
            <Stack gap={2}>
              <Group justify="space-between" wrap="nowrap" gap="xs">
                <Text size="sm" fw={500} className="tw-number">
                  {dayWords(meeting.starts_at)}, {span(meeting)}
                </Text>
                <OutcomeBadge meeting={meeting} />
              </Group>
              <Text size="sm">
                <Who meeting={meeting} />
              </Text>
              <Text size="xs" c="dimmed">
                {[meeting.title, ...meeting.hosts.map(({ name }) => name)].join(' · ')}
              </Text>
            </Stack>
          )}
        />
      )}
      {tab === 'waiting' && !week && <WaitingList type={type} />}
      <MeetingDrawer id={search.open} onClose={() => open(undefined)} />
      {search.book && mayWrite && (
        <Suspense>
          <BookingDialog onClose={(booked) => change({ book: undefined, open: booked?.id })} />
        </Suspense>
      )}
    </Page>
  );
}
