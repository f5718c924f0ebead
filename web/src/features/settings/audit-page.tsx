import { Button, Card, Drawer, Group, Stack, Table, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { address, request } from '@/api/client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconDownload, IconHistory, IconSearch } from '@/app/icons';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { changesOf } from './changes';
import { type AuditEntry, auditQuery } from './queries';

const route = getRouteApi('/_app/settings/audit');

interface Verification {
  intact: boolean;
  rows: number;
  broken_row: string | null;
  reason: string | null;
}

function EntryCard({ entry }: { entry: AuditEntry }) {
  return (
    <Card padding="sm">
      <LinkAnchor
        c="inherit"
        fw={500}
        className="tw-truncate"
        to="/settings/audit"
        search={(old) => ({ ...old, entry: entry.id })}
      >
        {entry.action}
      </LinkAnchor>
      <Text size="xs" c="dimmed">
        {`${entry.actor_name || entry.actor_kind} · ${formatDateTime(entry.occurred_at)}`}
      </Text>
      {entry.reason && <Text size="sm">{entry.reason}</Text>}
    </Card>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  const { t } = useTranslation('settings');
  const changes = changesOf(entry.before, entry.after);
  const facts = [
    [t('audit.who'), entry.actor_name || entry.actor_kind],
    [t('audit.when'), formatDateTime(entry.occurred_at)],
    [t('audit.what'), entry.action],
    [t('audit.subject'), [entry.subject_type, entry.subject_id].filter(Boolean).join(' ')],
    [t('audit.reason'), entry.reason],
    [t('audit.ip'), entry.ip],
    [t('audit.request'), entry.request_id],
    [t('audit.hash'), entry.hash],
  ].filter(([, value]) => value);
  return (
    <Stack gap="md">
      <Table fz="sm" layout="fixed">
        <Table.Tbody>
          {facts.map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={110}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {changes.length > 0 && (
        <Table fz="sm" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('audit.field')}</Table.Th>
              <Table.Th scope="col">{t('audit.before')}</Table.Th>
              <Table.Th scope="col">{t('audit.after')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {changes.map((change) => (
              <Table.Tr key={change.field}>
                <Table.Th scope="row" fw={400}>
                  {change.field}
                </Table.Th>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{change.before}</Table.Td>
                <Table.Td style={{ overflowWrap: 'anywhere' }}>{change.after}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

/** Every write and every automated decision, with proof that none was altered. */
export function AuditPage() {
  const { t } = useTranslation('settings');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(auditQuery(search));
  const [checking, setChecking] = useState(false);
  const [typed, setTyped] = useState(search.q ?? '');
  const look = useDebouncedCallback((q: string) => {
    void navigate({
      search: (old) => ({ ...old, q: q || undefined, cursor: undefined }),
      replace: true,
    });
  }, 300);
  const columns = useMemo<DataColumn<AuditEntry>[]>(
    () => [
      {
        id: 'when',
        header: t('audit.when'),
        cell: (row) => formatDateTime(row.occurred_at),
        size: 170,
      },
      {
        id: 'who',
        header: t('audit.who'),
        cell: (row) => row.actor_name || row.actor_kind,
        size: 180,
      },
      {
        id: 'what',
        header: t('audit.what'),
        cell: (row) => row.action,
        size: 220,
        hideable: false,
      },
      {
        id: 'subject',
        header: t('audit.subject'),
        cell: (row) => row.subject_type ?? '',
        size: 130,
      },
      { id: 'reason', header: t('audit.reason'), cell: (row) => row.reason ?? '', size: 260 },
    ],
    [t],
  );
  const verify = async () => {
    setChecking(true);
    try {
      const result = await request<Verification>('post', '/api/v1/audit-log/verification');
      if (result.intact) toastSuccess(t('audit.intact', { rows: formatNumber(result.rows) }));
      else
        toastError(t('audit.broken', { row: result.broken_row }), new Error(result.reason ?? ''));
    } catch (reason) {
      toastError(t('audit.notChecked'), reason);
    }
    setChecking(false);
  };
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const open = data?.items.find((entry) => entry.id === search.entry);
  return (
    <Page layout="fill">
      <PageHeader
        title={t('audit.title')}
        description={t('audit.text')}
        actions={
          <Group gap="xs">
            <Button
              variant="default"
              component="a"
              href={address('/api/v1/audit-log/export', { q: search.q, action: search.action })}
              download
              leftSection={<IconDownload size={16} />}
            >
              {t('audit.export')}
            </Button>
            <Button variant="default" loading={checking} onClick={() => void verify()}>
              {t('audit.verify')}
            </Button>
          </Group>
        }
      />
      <TextInput
        aria-label={t('audit.search')}
        placeholder={t('audit.search')}
        leftSection={<IconSearch size={16} />}
        maw={360}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          look(event.currentTarget.value);
        }}
      />
      <DataTable
        label={t('audit.title')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.action}
        refreshing={isPlaceholderData}
        card={(row) => <EntryCard entry={row} />}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => void navigate({ search: (old) => ({ ...old, entry: row.id }) })}
        paging={{
          size: 50,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          search.q ? (
            <FilteredEmptyState
              title={t('audit.noMatch')}
              onClear={() => {
                setTyped('');
                void navigate({ search: {} });
              }}
            />
          ) : (
            <EmptyState icon={IconHistory} title={t('audit.empty')} />
          )
        }
      />
      <Drawer
        opened={open !== undefined}
        onClose={() => void navigate({ search: (old) => ({ ...old, entry: undefined }) })}
        title={<Text fw={600}>{open?.action}</Text>}
        size={480}
      >
        {open && <Entry entry={open} />}
      </Drawer>
    </Page>
  );
}
