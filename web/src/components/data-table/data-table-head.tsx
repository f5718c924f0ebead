import { Checkbox } from '@mantine/core';
import type { Header, Table } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import { IconArrowDown, IconArrowUp, IconSelector } from '@/app/icons';
import classes from './data-table.module.css';
import { nextSort, sortState } from './selection';
import type { DataColumn } from './types';
import type { features } from './use-data-table';

interface DataTableHeadProps<Row> {
  table: Table<typeof features, object>;
  columns: ReadonlyMap<string, DataColumn<Row>>;
  sort: string | undefined;
  onSort: ((sort: string) => void) | undefined;
  selection: { all: boolean; some: boolean; toggle: () => void } | undefined;
}

function SortButton({
  column,
  sort,
  onSort,
}: {
  column: { header: string; sortKey: string };
  sort: string | undefined;
  onSort: (sort: string) => void;
}) {
  const state = sortState(sort, column.sortKey);
  const Arrow =
    state === 'ascending' ? IconArrowUp : state === 'descending' ? IconArrowDown : IconSelector;
  return (
    <button
      type="button"
      className={classes.sort}
      data-active={state !== 'none' || undefined}
      onClick={() => onSort(nextSort(sort, column.sortKey))}
    >
      <span className="tw-truncate">{column.header}</span>
      <Arrow size={14} aria-hidden />
    </button>
  );
}

/** Header cells: real th with aria-sort and a button, resize handle at the end. */
export function DataTableHead<Row>({
  table,
  columns,
  sort,
  onSort,
  selection,
}: DataTableHeadProps<Row>) {
  const { t } = useTranslation('components');
  const headers = table.getHeaderGroups()[0]?.headers ?? [];
  return (
    <thead>
      <tr>
        {selection && (
          <th scope="col" className={classes.check}>
            <Checkbox
              size="xs"
              checked={selection.all}
              indeterminate={selection.some && !selection.all}
              onChange={selection.toggle}
              aria-label={t('table.selectPage')}
            />
          </th>
        )}
        {headers.map((header: Header<typeof features, object, unknown>) => {
          const column = columns.get(header.column.id);
          if (!column) return null;
          const { sortKey } = column;
          return (
            <th
              key={header.id}
              scope="col"
              aria-sort={onSort ? sortState(sort, sortKey) : undefined}
              data-align={column.align}
              data-sticky={column.hideable === false || undefined}
            >
              {sortKey && onSort ? (
                <SortButton
                  column={{ header: column.header, sortKey }}
                  sort={sort}
                  onSort={onSort}
                />
              ) : (
                <span className="tw-truncate">{column.header}</span>
              )}
              <span
                className={classes.resize}
                aria-hidden
                data-active={header.column.getIsResizing() || undefined}
                onMouseDown={header.getResizeHandler()}
                onTouchStart={header.getResizeHandler()}
                onDoubleClick={() => header.column.resetSize()}
              />
            </th>
          );
        })}
        <td aria-hidden />
      </tr>
    </thead>
  );
}
