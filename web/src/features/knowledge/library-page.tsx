import { Button, Group, Menu, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconBook, IconChevronDown, IconPlus, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { DataTable } from '@/components/data-table/data-table';
import { ListSearch } from '@/components/filter-bar/filter-bar';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, FilteredEmptyState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import { AddDialog } from './add-dialogs';
import { DocumentBadge, KIND_ICONS, ScopeBadge } from './badges';
import { documentColumns } from './columns';
import { type DocumentRow, documentsQuery, KNOWLEDGE, PAGE, sourcesQuery } from './queries';
import { ADDABLE, type Addable, type LibrarySearch, SCOPES, STATUSES } from './search';
import { SourceDrawer } from './source-drawer';
import { SourcesSection } from './sources-section';

const route = getRouteApi('/_app/knowledge/');
const ADD_ICONS = {
  site: KIND_ICONS.site,
  file: KIND_ICONS.file,
  pair: KIND_ICONS.qa,
  article: KIND_ICONS.article,
};

/** Where a document is looked at: articles in their editor. */
export const documentPath = ({ id, kind }: Pick<DocumentRow, 'id' | 'kind'>) =>
  kind === 'article' ? `/knowledge/articles/${id}` : `/knowledge/documents/${id}`;

async function restore(row: DocumentRow, t: TFunction<'knowledge'>) {
  try {
    await request('post', `${KNOWLEDGE}/documents/${row.id}/restore`);
  } catch (reason) {
    toastError(t('restore.failed', { title: row.title }), reason);
  }
  await invalidatePaths(KNOWLEDGE);
}

/** Sources and their documents: add, search, filter, open. */
export function LibraryPage() {
  const { t } = useTranslation('knowledge');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const mayWrite = useMay('knowledge:write');
  const sources = useQuery(sourcesQuery());
  const { data, error, refetch, isPlaceholderData } = useQuery(documentsQuery(search));
  const mayRestore = mayWrite && search.deleted;
  const columns = useMemo(
    () => documentColumns(t, mayRestore ? (row) => void restore(row, t) : undefined),
    [t, mayRestore],
  );
  const change = (next: Partial<LibrarySearch>, replace = true) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...next }), replace });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const add = (kind: Addable) => change({ add: kind }, false);
  const filtered = Boolean(
    search.q || search.status || search.scope || search.from || search.deleted,
  );
  const clear = () =>
    change({
      q: undefined,
      status: undefined,
      scope: undefined,
      from: undefined,
      deleted: undefined,
    });
  const opened = sources.data?.find(({ id }) => id === search.source);
  const bare = sources.data?.length === 0 && !filtered;
  const menu = mayWrite && (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          leftSection={<IconPlus size={16} />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {t('add.title')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ADDABLE.map((kind) => {
          const KindIcon = ADD_ICONS[kind];
          return (
            <Menu.Item key={kind} leftSection={<KindIcon size={16} />} onClick={() => add(kind)}>
              {t(`add.${kind}`)}
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
  return (
    <Page>
      <PageHeader title={t('title')} description={t('text')} actions={!bare && menu} />
      {sources.error && !sources.data && (
        <ErrorState error={sources.error} onRetry={() => void sources.refetch()} compact />
      )}
      {!sources.data && !sources.error && <LoadingLines lines={3} />}
      {bare && (
        <EmptyState icon={IconBook} title={t('empty.title')} action={menu}>
          {t('empty.text')}
        </EmptyState>
      )}
      {sources.data && sources.data.length > 0 && <SourcesSection sources={sources.data} />}
      {!bare && sources.data && (
        <>
          <Group gap="xs" align="flex-end">
            <ListSearch query={search.q ?? ''} onQuery={(q) => change({ q })} />
            <Select
              size="sm"
              w={150}
              clearable
              aria-label={t('list.status')}
              placeholder={t('list.status')}
              data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
              value={search.status ?? null}
              onChange={(status) =>
                change({ status: (status as LibrarySearch['status']) ?? undefined })
              }
            />
            <Select
              size="sm"
              w={150}
              clearable
              aria-label={t('scope.label')}
              placeholder={t('scope.label')}
              data={SCOPES.map((value) => ({ value, label: t(`scope.${value}`) }))}
              value={search.scope ?? null}
              onChange={(scope) =>
                change({ scope: (scope as LibrarySearch['scope']) ?? undefined })
              }
            />
            <Select
              size="sm"
              w={200}
              clearable
              searchable
              aria-label={t('list.source')}
              placeholder={t('list.source')}
              data={sources.data.map(({ id, name }) => ({ value: id, label: name }))}
              value={search.from ?? null}
              onChange={(from) => change({ from: from ?? undefined })}
            />
            <Button
              variant={search.deleted ? 'light' : 'default'}
              aria-pressed={search.deleted ?? false}
              leftSection={<IconTrash size={14} />}
              onClick={() => change({ deleted: search.deleted ? undefined : true })}
            >
              {t('list.deleted')}
            </Button>
          </Group>
          <DataTable
            label={t('list.title')}
            columns={columns}
            rows={data?.items}
            rowId={(row) => row.id}
            rowName={(row) => row.title}
            refreshing={isPlaceholderData}
            error={error}
            onRetry={() => void refetch()}
            onOpen={(row) => void go({ to: documentPath(row) as never })}
            card={(row) => (
              <Stack gap={4}>
                <LinkAnchor
                  to={documentPath(row) as never}
                  c="inherit"
                  fw={500}
                  className="tw-truncate"
                >
                  {row.title}
                </LinkAnchor>
                <Group justify="space-between" wrap="nowrap" gap="sm">
                  <Text size="sm" c="dimmed" className="tw-truncate">
                    {row.source_name}
                  </Text>
                  <Group gap={4} wrap="nowrap">
                    <ScopeBadge scope={row.scope} />
                    <DocumentBadge document={row} />
                  </Group>
                </Group>
              </Stack>
            )}
            paging={{
              size: search.size ?? PAGE,
              onSize: (size) => change({ size: size === PAGE ? undefined : (size as 25 | 100) }),
              onNext: turn(data?.next_cursor),
              onPrevious: turn(data?.previous_cursor),
            }}
            empty={
              filtered ? (
                <FilteredEmptyState title={t('list.nothing')} onClear={clear} compact />
              ) : (
                <EmptyState icon={IconBook} title={t('list.empty')} compact>
                  {t('list.emptyText')}
                </EmptyState>
              )
            }
          />
        </>
      )}
      {search.add && mayWrite && (
        <AddDialog
          kind={search.add}
          sources={sources.data ?? []}
          onClose={() => change({ add: undefined })}
        />
      )}
      {opened && <SourceDrawer source={opened} onClose={() => change({ source: undefined })} />}
    </Page>
  );
}
