import { Skeleton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type KeyboardEvent, useCallback, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isTyping, useShortcuts } from '@/app/shortcuts';
import { ErrorState, StillLoading } from '../page-states';
import classes from './data-table.module.css';
import { DataTableFooter } from './data-table-footer';
import { DataTableHead } from './data-table-head';
import { DataTableRow } from './data-table-row';
import { toggled, toggledPage, withRange } from './selection';
import type { DataColumn, DataTableProps } from './types';
import { useDataTable } from './use-data-table';

const SKELETON_ROWS = 10;
const NONE: ReadonlySet<string> = new Set();

/** The table of every list: server-sorted pages, keyboard, selection, column choice. */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowId, rowName, sort, onSort, selection, paging } = props;
  const { t } = useTranslation('components');
  const narrow = useMediaQuery('(max-width: 47.99em)') && props.card !== undefined;
  const table = useDataTable(columns, props.layout, props.onLayout);
  const byId = useMemo(() => new Map(columns.map((column) => [column.id, column])), [columns]);
  const leaves = table.getVisibleLeafColumns();
  const shownKey = leaves.map((column) => column.id).join();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the visible columns
  const shown = useMemo(
    () => leaves.map((leaf) => byId.get(leaf.id)).filter((c): c is DataColumn<Row> => Boolean(c)),
    [shownKey, byId],
  );

  const body = useRef<HTMLTableSectionElement>(null);
  const [activeId, setActiveId] = useState<string>();
  const anchor = useRef<string>(undefined);
  const order = useMemo(() => (rows ?? []).map(rowId), [rows, rowId]);
  const rowOf = useMemo(() => new Map((rows ?? []).map((row) => [rowId(row), row])), [rows, rowId]);
  const latest = useRef({ selection, order, rowOf, props });
  latest.current = { selection, order, rowOf, props };
  const active = activeId !== undefined && rowOf.has(activeId) ? activeId : order[0];

  const toggle = useCallback((id: string, range: boolean) => {
    const now = latest.current;
    if (!now.selection) return;
    now.selection.onChange(
      range
        ? withRange(now.selection.ids, now.order, anchor.current, id)
        : toggled(now.selection.ids, id),
    );
    anchor.current = id;
  }, []);
  const open = useCallback((id: string) => {
    const row = latest.current.rowOf.get(id);
    if (row !== undefined) latest.current.props.onOpen?.(row);
  }, []);
  const focusRow = useCallback((id: string) => setActiveId(id), []);

  const focusAt = (index: number) => {
    const id = order[Math.max(0, Math.min(order.length - 1, index))];
    if (id === undefined) return;
    body.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus();
  };
  const move = (by: number, range: boolean) => {
    const from = active ?? '';
    const target = order[Math.max(0, Math.min(order.length - 1, order.indexOf(from) + by))];
    if (target === undefined) return;
    if (range && selection) {
      anchor.current ??= from;
      selection.onChange(withRange(selection.ids, order, from, target));
    }
    focusAt(order.indexOf(target));
  };

  useShortcuts([
    {
      keys: 'j',
      label: t('keys.next'),
      group: t('keys.list'),
      run: () => focusAt(activeId ? order.indexOf(active ?? '') + 1 : 0),
    },
    {
      keys: 'k',
      label: t('keys.previous'),
      group: t('keys.list'),
      run: () => focusAt(order.indexOf(active ?? '') - 1),
    },
    ...(selection
      ? [
          {
            keys: 'x',
            label: t('keys.select'),
            group: t('keys.list'),
            run: () => active !== undefined && toggle(active, false),
          },
        ]
      : []),
    ...(selection && selection.ids.size > 0
      ? [
          {
            keys: 'Escape',
            label: t('keys.clearSelection'),
            group: t('keys.list'),
            run: () => selection.onChange(NONE),
          },
        ]
      : []),
  ]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const onRow = (event.target as HTMLElement).hasAttribute('data-row');
    const row = active === undefined ? undefined : rowOf.get(active);
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const actions: Record<string, (() => void) | undefined> = {
      j: () => move(1, event.shiftKey),
      ArrowDown: () => move(1, event.shiftKey),
      k: () => move(-1, event.shiftKey),
      ArrowUp: () => move(-1, event.shiftKey),
      Home: () => focusAt(0),
      End: () => focusAt(order.length - 1),
      x: () => active !== undefined && toggle(active, event.shiftKey),
      Enter: onRow && row !== undefined ? () => props.onOpen?.(row) : undefined,
      ' ': onRow && row !== undefined && props.onPeek ? () => props.onPeek?.(row) : undefined,
    };
    const extra = row === undefined ? undefined : props.rowKeys?.[key];
    const action = actions[key] ?? (extra && row !== undefined ? () => extra(row) : undefined);
    if (!action) return;
    event.preventDefault();
    // React handlers run before the window listener; one press must act once.
    event.nativeEvent.stopPropagation();
    action();
  };

  if (props.error && !rows) {
    return (
      <div className={classes.frame}>
        <ErrorState error={props.error} {...(props.onRetry ? { onRetry: props.onRetry } : {})} />
      </div>
    );
  }
  if (rows?.length === 0) {
    return (
      <div className={classes.frame}>
        {props.empty}
        <DataTableFooter paging={paging?.onPrevious ? paging : undefined} shown={0} />
      </div>
    );
  }

  const selected = selection?.ids ?? NONE;
  const head = selection && {
    all: order.length > 0 && order.every((id) => selected.has(id)),
    some: order.some((id) => selected.has(id)),
    toggle: () => selection.onChange(toggledPage(selected, order)),
  };

  if (narrow && props.card) {
    return (
      <div className={classes.cards} aria-busy={!rows || props.refreshing || undefined}>
        <ul aria-label={label}>
          {rows?.map((row) => <li key={rowId(row)}>{props.card?.(row)}</li>) ??
            Array.from({ length: 6 }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have no identity
              <li key={index}>
                <Skeleton height={88} radius="md" />
              </li>
            ))}
        </ul>
        <DataTableFooter paging={paging} shown={rows?.length}>
          {props.footer}
        </DataTableFooter>
      </div>
    );
  }

  return (
    <div className={classes.frame}>
      {props.refreshing && rows && <div className={classes.progress} aria-hidden />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={classes.scroll} aria-label={label} tabIndex={0}>
        <table className={classes.table} aria-busy={!rows || props.refreshing || undefined}>
          <caption className="tw-hidden">{label}</caption>
          <colgroup>
            {selection && <col width={40} />}
            {leaves.map((column) => (
              <col key={column.id} width={column.getSize()} />
            ))}
            <col />
          </colgroup>
          <DataTableHead
            table={table}
            columns={byId}
            sort={sort}
            onSort={onSort}
            selection={head}
          />
          <tbody ref={body} onKeyDown={onKeyDown}>
            {rows?.map((row) => {
              const id = rowId(row);
              return (
                <DataTableRow
                  key={id}
                  row={row}
                  id={id}
                  columns={shown}
                  selected={selected.has(id)}
                  active={id === active}
                  selectLabel={selection ? t('table.selectRow', { name: rowName(row) }) : undefined}
                  onToggle={toggle}
                  onFocusRow={focusRow}
                  onOpen={props.onOpen ? open : undefined}
                />
              );
            }) ??
              Array.from({ length: SKELETON_ROWS }, (_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: skeletons have no identity
                <tr key={index}>
                  {selection && <td className={classes.check} />}
                  {shown.map((column) => (
                    <td key={column.id} data-align={column.align}>
                      <Skeleton height={12} width={`${48 + ((index * 23) % 40)}%`} />
                    </td>
                  ))}
                  <td aria-hidden />
                </tr>
              ))}
          </tbody>
        </table>
        {!rows && <StillLoading {...(props.onRetry ? { onRetry: props.onRetry } : {})} />}
      </section>
      <DataTableFooter paging={paging} shown={rows?.length}>
        {props.footer}
      </DataTableFooter>
    </div>
  );
}
