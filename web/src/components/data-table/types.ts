import type { ReactNode } from 'react';

/** One column. Cells are flat: at most one wrapper, no state. Keep the array at module scope or memoised. */
export interface DataColumn<Row> {
  id: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Field name for the `sort` parameter of the API; leave out when not sortable. */
  sortKey?: string;
  /** Width in px before the user changes it. */
  size?: number;
  minSize?: number;
  align?: 'start' | 'end';
  /** False for the column that names the row: it cannot be hidden and stays in sight. */
  hideable?: boolean;
  /** Hidden until the user turns it on. */
  hiddenByDefault?: boolean;
}

/** What a user may change about the columns; kept with the view or in the preferences. */
export interface TableLayout {
  /** Column id → shown? Absent means as the column says. */
  columns?: Record<string, boolean>;
  /** Column id → width in px. */
  widths?: Record<string, number>;
}

export interface TablePaging {
  size: number;
  /** Left out where the size is fixed. */
  onSize?: (size: number) => void;
  onNext?: (() => void) | undefined;
  onPrevious?: (() => void) | undefined;
  /** Total of matching rows; `exact` false shows "more than". */
  total?: { value: number; exact: boolean } | null | undefined;
}

export interface TableSelection {
  ids: ReadonlySet<string>;
  onChange: (ids: ReadonlySet<string>) => void;
}

export interface DataTableProps<Row> {
  /** Name of the table for screen readers ("Leads"). */
  label: string;
  columns: readonly DataColumn<Row>[];
  /** Undefined while the first answer is awaited. */
  rows: readonly Row[] | undefined;
  rowId: (row: Row) => string;
  /** Names a row in its checkbox label. */
  rowName: (row: Row) => string;
  /** "created_at" or "-created_at". */
  sort?: string | undefined;
  onSort?: (sort: string) => void;
  /** A newer answer is on its way; old rows stay. */
  refreshing?: boolean;
  error?: unknown;
  onRetry?: () => void;
  /** Shown when the answer has no rows: EmptyState or FilteredEmptyState. */
  empty: ReactNode;
  paging?: TablePaging;
  selection?: TableSelection;
  onOpen?: (row: Row) => void;
  onPeek?: (row: Row) => void;
  /** More single keys on the active row: { e: editRow }. */
  rowKeys?: Record<string, (row: Row) => void>;
  layout?: TableLayout | undefined;
  onLayout?: (layout: TableLayout) => void;
  /** Narrow screens show this instead of a table row. */
  card?: (row: Row) => ReactNode;
  /** Beside the row count in the footer. */
  footer?: ReactNode;
}
