import { Badge, Box, Button, CloseButton, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { invalidatePaths } from '@/api/query-client';
import { IconUsers } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { membersQuery } from '@/app/members';
import { useMay } from '@/app/permissions';
import { usePreference } from '@/app/preferences';
import { useRealtime } from '@/app/realtime';
import { useMe } from '@/app/session';
import { ColumnMenu } from '@/components/data-table/column-menu';
import { DataTable } from '@/components/data-table/data-table';
import type { TableLayout } from '@/components/data-table/types';
import { FilterBar } from '@/components/filter-bar/filter-bar';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { leadColumns } from './columns';
import { HeaderActions } from './header-actions';
import { LeadCard } from './lead-card';
import { LeadPeek } from './lead-peek';
import { rememberList } from './list-memory';
import { NewLead } from './new-lead';
import { OwnerDialog } from './owner-dialog';
import {
  customFieldsQuery,
  fieldsQuery,
  type LeadRow,
  leadsQuery,
  segmentsQuery,
  viewsQuery,
} from './queries';
import { DEFAULT_SIZE, DEFAULT_SORT, type LeadsSearch } from './search';
import { SelectionBar } from './selection-bar';
import { ViewTabs } from './view-tabs';
import { builtInViews, openView } from './views';

const route = getRouteApi('/_app/leads/');
const DuplicatesDrawer = lazy(() => import('./duplicates-drawer'));
const NONE: ReadonlySet<string> = new Set();

function useColumns(t: ReturnType<typeof useTranslation<'leads'>>['t']) {
  const members = useQuery(membersQuery()).data;
  const custom = useQuery(customFieldsQuery()).data;
  return useMemo(
    () =>
      leadColumns(
        t,
        new Map(members?.items.map((member) => [member.id, member.name])),
        custom ?? [],
      ),
    [t, members, custom],
  );
}

/** Counts leads that came in while the list was open; shown as a button, so that rows never jump. */
function useNewcomers(): [number, () => void] {
  const [count, setCount] = useState(0);
  useRealtime('lead.new', () => setCount((old) => old + 1));
  return [count, () => setCount(0)];
}

/** Opens the status menu of a row, which is a button of its own. */
function openStatus(id: string): void {
  document
    .querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"] [aria-haspopup="menu"]`)
    ?.click();
}

/** Goes to the view looked at last when the address names nothing, and remembers what is opened. */
function useLastView(search: LeadsSearch, onOpen: (search: LeadsSearch) => void) {
  const [last, setLast] = usePreference<string>('leads_view', 'all');
  const me = useMe();
  const saved = useQuery(viewsQuery()).data;
  const arrived = useRef(Object.values(search).every((value) => value === undefined));
  useEffect(() => {
    if (!arrived.current || !saved) return;
    arrived.current = false;
    const view = [...builtInViews(me.user.id, (key) => key), ...saved].find(
      ({ id }) => id === last,
    );
    if (view && view.id !== 'all') onOpen(openView(view));
  });
  return (id: string) => {
    if (id !== last) setLast(id);
  };
}

/** All leads: views, filters, search, table, bulk actions, peek. The address holds the state. */
export function LeadsPage() {
  const { t } = useTranslation('leads');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const mayImport = useMay('leads:import');
  const { data, error, refetch, isPlaceholderData } = useQuery(leadsQuery(search));
  const fields = useQuery(fieldsQuery()).data;
  const segment = useQuery({
    ...segmentsQuery(),
    enabled: search.segment_id !== undefined,
  }).data?.find((entry) => entry.id === search.segment_id);
  const columns = useColumns(t);
  const [layout, setLayout] = usePreference<TableLayout>('leads_table', {});
  const mayWrite = useMay('leads:write');
  const [assigned, setAssigned] = useState<LeadRow>();
  const [selected, setSelected] = useState(NONE);
  const [newcomers, seen] = useNewcomers();
  useEffect(() => rememberList(search), [search]);
  const change = (next: Partial<LeadsSearch>, replace = true) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...next }), replace });
  const shown = columns
    .filter((column) => layout.columns?.[column.id] ?? !column.hiddenByDefault)
    .map((column) => column.id);
  const remember = useLastView(
    search,
    (next) => void navigate({ search: { ...next, size: search.size }, replace: true }),
  );
  const show = (next: LeadsSearch, ids: string[] | null | undefined) => {
    if (ids) {
      const columnsShown = Object.fromEntries(
        columns.map((column) => [column.id, ids.includes(column.id)]),
      );
      setLayout({ ...layout, columns: columnsShown });
    }
    remember(next.view ?? 'all');
    void navigate({ search: { ...next, size: search.size } });
  };
  const filtered = Boolean(search.q || search.filter || search.segment_id);
  const open = (id: string) => void go({ to: '/leads/$leadId', params: { leadId: id } });
  const rowKeys: Record<string, (lead: LeadRow) => void> = { e: (lead) => open(lead.id) };
  if (mayWrite) {
    rowKeys.s = (lead) => openStatus(lead.id);
    rowKeys.a = setAssigned;
  }
  const showDuplicates = (duplicates: true | undefined) =>
    void navigate({ search: (old) => ({ ...old, duplicates }), replace: !duplicates });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  return (
    <Page layout="fill">
      <PageHeader
        title={segment ? t('inSegment', { name: segment.name }) : t('title')}
        count={data?.total?.exact ? data.total.value : undefined}
        beside={
          search.segment_id && (
            <Badge
              color="gray"
              rightSection={
                <CloseButton
                  size={20}
                  iconSize={12}
                  variant="transparent"
                  aria-label={t('segment.leave')}
                  onClick={() => change({ segment_id: undefined }, false)}
                />
              }
            >
              {t('segment.label')}
            </Badge>
          )
        }
        actions={
          <HeaderActions
            search={search}
            onCreate={() => change({ create: 'lead' }, false)}
            onDuplicates={() => showDuplicates(true)}
          />
        }
      />
      <ViewTabs search={search} columns={shown} onOpen={show} />
      {selected.size > 0 ? (
        <SelectionBar
          ids={selected}
          total={data?.total}
          search={search}
          onClear={() => setSelected(NONE)}
        />
      ) : (
        <FilterBar
          fields={fields?.fields ?? []}
          activityKinds={fields?.activity_kinds ?? []}
          value={search.filter}
          onChange={(filter) => change({ filter })}
          query={search.q}
          onQuery={(q) => change({ q })}
        >
          <Group gap="xs">
            {newcomers > 0 && (
              <Button
                variant="light"
                size="xs"
                onClick={() => {
                  seen();
                  void invalidatePaths('/api/v1/leads');
                  change({});
                }}
              >
                {t('newcomers', { count: newcomers })}
              </Button>
            )}
            <Box visibleFrom="sm">
              <ColumnMenu columns={columns} layout={layout} onLayout={setLayout} />
            </Box>
          </Group>
        </FilterBar>
      )}
      <DataTable
        label={t('title')}
        columns={columns}
        rows={data?.items}
        rowId={(lead) => lead.id}
        rowName={(lead) => leadName(lead, t('unnamed'))}
        sort={search.sort ?? DEFAULT_SORT}
        onSort={(sort) => change({ sort: sort === DEFAULT_SORT ? undefined : sort })}
        refreshing={isPlaceholderData}
        error={error}
        onRetry={() => void refetch()}
        selection={{ ids: selected, onChange: setSelected }}
        onOpen={(lead) => open(lead.id)}
        onPeek={(lead) => void navigate({ search: (old) => ({ ...old, peek: lead.id }) })}
        rowKeys={rowKeys}
        layout={layout}
        onLayout={setLayout}
        card={(lead) => <LeadCard lead={lead} />}
        paging={{
          size: search.size ?? DEFAULT_SIZE,
          onSize: (size) =>
            change({ size: size === DEFAULT_SIZE ? undefined : (size as 25 | 100) }),
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
          total: data?.total,
        }}
        empty={
          filtered ? (
            <FilteredEmptyState
              title={t('noMatch')}
              onClear={() => void navigate({ search: {}, replace: true })}
            />
          ) : (
            <EmptyState
              icon={IconUsers}
              title={t('empty.title')}
              action={
                mayImport ? (
                  <LinkButton to={'/imports' as never}>{t('import')}</LinkButton>
                ) : undefined
              }
            >
              {t('empty.text')}
            </EmptyState>
          )
        }
      />
      <LeadPeek
        leadId={search.peek}
        ids={data?.items.map((lead) => lead.id) ?? []}
        onPeek={(peek) => void navigate({ search: (old) => ({ ...old, peek }), replace: true })}
        onClose={() =>
          void navigate({ search: (old) => ({ ...old, peek: undefined }), replace: true })
        }
      />
      {search.duplicates && (
        <Suspense>
          <DuplicatesDrawer onClose={() => showDuplicates(undefined)} />
        </Suspense>
      )}
      <OwnerDialog lead={assigned} onClose={() => setAssigned(undefined)} />
      <NewLead
        opened={search.create === 'lead'}
        onClose={() => change({ create: undefined })}
        onCreated={(lead) => open(lead.id)}
      />
    </Page>
  );
}
