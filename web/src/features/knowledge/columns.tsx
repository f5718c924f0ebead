import { Button } from '@mantine/core';
import type { TFunction } from 'i18next';
import { formatDate, formatNumber, formatRelative } from '@/app/format';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { DocumentBadge, ScopeBadge } from './badges';
import type { DocumentRow } from './queries';

/** Columns of the list of documents; with `onRestore` of those that were removed. */
export function documentColumns(
  t: TFunction<'knowledge'>,
  onRestore?: (row: DocumentRow) => void,
): DataColumn<DocumentRow>[] {
  const columns: DataColumn<DocumentRow>[] = [
    {
      id: 'title',
      header: t('list.document'),
      size: 380,
      hideable: false,
      cell: (row) => (
        <LinkAnchor
          c="inherit"
          fw={500}
          className="tw-truncate"
          title={row.url ?? row.title}
          to={
            (row.kind === 'article'
              ? `/knowledge/articles/${row.id}`
              : `/knowledge/documents/${row.id}`) as never
          }
        >
          {row.title}
        </LinkAnchor>
      ),
    },
    { id: 'source', header: t('list.source'), size: 160, cell: (row) => row.source_name },
    {
      id: 'status',
      header: t('list.status'),
      size: 120,
      cell: (row) => <DocumentBadge document={row} />,
    },
    {
      id: 'scope',
      header: t('scope.label'),
      size: 130,
      cell: (row) => <ScopeBadge scope={row.scope} />,
    },
    {
      id: 'version',
      header: t('list.version'),
      size: 80,
      align: 'end',
      cell: (row) => formatNumber(row.current_version),
    },
    {
      id: 'passages',
      header: t('list.passages'),
      size: 90,
      align: 'end',
      cell: (row) => formatNumber(row.passages),
    },
    {
      id: 'expires',
      header: t('list.expires'),
      size: 110,
      cell: (row) => (row.expires_at ? formatDate(row.expires_at) : ''),
    },
    {
      id: 'updated',
      header: t('list.updated'),
      size: 120,
      cell: (row) => formatRelative(row.updated_at),
    },
  ];
  if (onRestore) {
    columns.push({
      id: 'restore',
      header: t('restore.title'),
      size: 110,
      cell: (row) => (
        <Button size="compact-xs" variant="default" onClick={() => onRestore(row)}>
          {t('restore.title')}
        </Button>
      ),
    });
  }
  return columns;
}
