import {
  type ColumnSizingState,
  columnResizingFeature,
  columnSizingFeature,
  columnVisibilityFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { useEffect, useMemo, useState } from 'react';
import type { DataColumn, TableLayout } from './types';

export const features = tableFeatures({
  columnSizingFeature,
  columnResizingFeature,
  columnVisibilityFeature,
});

const NO_ROWS: object[] = [];

/** Column id → shown, with the defaults of the columns filled in. */
export function visibility<Row>(
  columns: readonly DataColumn<Row>[],
  layout: TableLayout | undefined,
): Record<string, boolean> {
  return Object.fromEntries(
    columns.map((column) => [
      column.id,
      column.hideable === false || (layout?.columns?.[column.id] ?? !column.hiddenByDefault),
    ]),
  );
}

/** The table model: visible columns and their widths. Rows, sorting and pages belong to the server. */
export function useDataTable<Row>(
  columns: readonly DataColumn<Row>[],
  layout: TableLayout | undefined,
  onLayout: ((layout: TableLayout) => void) | undefined,
) {
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        header: column.header,
        size: column.size ?? 160,
        minSize: column.minSize ?? 72,
        maxSize: 800,
      })),
    [columns],
  );
  const columnVisibility = useMemo(() => visibility(columns, layout), [columns, layout]);
  const [columnSizing, setColumnSizing] = useState<ColumnSizingState>(layout?.widths ?? {});
  const widths = layout?.widths;
  useEffect(() => setColumnSizing(widths ?? {}), [widths]);

  const table = useTable({
    features,
    columns: definitions,
    data: NO_ROWS,
    columnResizeMode: 'onChange',
    state: { columnVisibility, columnSizing },
    onColumnSizingChange: setColumnSizing,
  });

  const resizing = table.state.columnResizing.isResizingColumn;
  // Widths are saved when the handle is let go, not on every pixel.
  // biome-ignore lint/correctness/useExhaustiveDependencies: runs when a drag ends
  useEffect(() => {
    if (
      resizing === false &&
      onLayout &&
      JSON.stringify(columnSizing) !== JSON.stringify(widths ?? {})
    ) {
      onLayout({ ...layout, widths: columnSizing });
    }
  }, [resizing, columnSizing]);

  return table;
}
