import { Checkbox } from '@mantine/core';
import { memo, type ReactNode } from 'react';
import classes from './data-table.module.css';
import type { DataColumn } from './types';

interface DataTableRowProps<Row> {
  row: Row;
  id: string;
  columns: readonly DataColumn<Row>[];
  selected: boolean;
  active: boolean;
  selectLabel: string | undefined;
  onToggle: (id: string, range: boolean) => void;
  onFocusRow: (id: string) => void;
  onOpen: ((id: string) => void) | undefined;
}

function Row<R>({
  row,
  id,
  columns,
  selected,
  active,
  selectLabel,
  onToggle,
  onFocusRow,
  onOpen,
}: DataTableRowProps<R>): ReactNode {
  return (
    <tr
      data-row={id}
      data-selected={selected || undefined}
      aria-selected={selectLabel === undefined ? undefined : selected}
      tabIndex={active ? 0 : -1}
      onFocus={() => onFocusRow(id)}
      onClick={(event) => {
        // Links, buttons and text selection keep their own meaning.
        if (!onOpen || (event.target as HTMLElement).closest('a, button, input, label')) return;
        if (event.metaKey || event.ctrlKey || window.getSelection()?.toString()) return;
        onOpen(id);
      }}
      className={onOpen ? classes.clickable : undefined}
    >
      {selectLabel !== undefined && (
        <td className={classes.check}>
          <Checkbox
            size="xs"
            checked={selected}
            tabIndex={-1}
            aria-label={selectLabel}
            onChange={() => undefined}
            onClick={(event) => onToggle(id, event.shiftKey)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.id}
          data-align={column.align}
          data-sticky={column.hideable === false || undefined}
        >
          {column.cell(row)}
        </td>
      ))}
      <td aria-hidden />
    </tr>
  );
}

/** Memoised: selecting one row of a hundred draws one row. */
export const DataTableRow = memo(Row) as typeof Row;
