import { fireEvent, render, screen, within } from '@testing-library/react';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { Kit } from '@/app/kit';
import { DataTable } from './data-table';
import type { DataColumn, DataTableProps } from './types';

interface Person {
  id: string;
  name: string;
}

const columns: DataColumn<Person>[] = [
  { id: 'name', header: 'Name', cell: (row) => row.name, sortKey: 'name', hideable: false },
  { id: 'id', header: 'Number', cell: (row) => row.id, hiddenByDefault: true },
];
const rows = ['Ada', 'Bo', 'Cy'].map((name, index) => ({ id: `${index}`, name }));
const rowId = (row: Person) => row.id;

function Harness(props: Partial<DataTableProps<Person>>) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return (
    <Kit>
      <DataTable
        label="People"
        columns={columns}
        rows={rows}
        rowId={rowId}
        rowName={(row) => row.name}
        empty="Nobody"
        selection={{ ids, onChange: setIds }}
        {...props}
      />
    </Kit>
  );
}

const row = (name: string) => screen.getByText(name).closest('tr') as HTMLElement;

describe('DataTable', () => {
  it('sorts through a button in a header that says its state', () => {
    const onSort = vi.fn();
    render(<Harness sort="-name" onSort={onSort} />);
    const header = screen.getByRole('columnheader', { name: 'Name' });
    expect(header.getAttribute('aria-sort')).toBe('descending');
    fireEvent.click(within(header).getByRole('button'));
    expect(onSort).toHaveBeenCalledWith('name');
  });

  it('moves, selects, opens and runs row keys by keyboard', () => {
    const [onOpen, onPeek, edit] = [vi.fn(), vi.fn(), vi.fn()];
    render(<Harness onOpen={onOpen} onPeek={onPeek} rowKeys={{ e: edit }} />);
    row('Ada').focus();
    fireEvent.keyDown(row('Ada'), { key: 'j' });
    expect(document.activeElement).toBe(row('Bo'));
    fireEvent.keyDown(row('Bo'), { key: 'x' });
    fireEvent.keyDown(row('Bo'), { key: 'J', shiftKey: true });
    expect(row('Bo').getAttribute('aria-selected')).toBe('true');
    expect(row('Cy').getAttribute('aria-selected')).toBe('true');
    expect(row('Ada').getAttribute('aria-selected')).toBe('false');
    fireEvent.keyDown(row('Cy'), { key: 'Enter' });
    fireEvent.keyDown(row('Cy'), { key: ' ' });
    fireEvent.keyDown(row('Cy'), { key: 'e' });
    for (const call of [onOpen, onPeek, edit]) expect(call).toHaveBeenCalledWith(rows[2]);
  });

  it('selects the page, and ranges with Shift', () => {
    render(<Harness />);
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select Ada' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select Cy' }), { shiftKey: true });
    expect(row('Bo').getAttribute('aria-selected')).toBe('true');
    fireEvent.click(screen.getByRole('checkbox', { name: 'Select all rows of this page' }));
    expect(row('Bo').getAttribute('aria-selected')).toBe('false');
  });

  it('hides columns unless the layout shows them', () => {
    const view = render(<Harness />);
    expect(screen.queryByText('Number')).toBeNull();
    view.rerender(<Harness layout={{ columns: { id: true, name: false } }} />);
    expect(screen.getByText('Number')).toBeTruthy();
    expect(screen.getByText('Ada')).toBeTruthy();
  });

  it('shows the empty state only after an answer', () => {
    const view = render(<Harness rows={undefined} />);
    expect(screen.queryByText('Nobody')).toBeNull();
    expect(screen.getByRole('table').getAttribute('aria-busy')).toBe('true');
    view.rerender(<Harness rows={[]} />);
    expect(screen.getByText('Nobody')).toBeTruthy();
  });

  it('announces the count', () => {
    render(
      <Harness
        paging={{ size: 25, onSize: () => undefined, total: { value: 1200, exact: false } }}
      />,
    );
    expect(screen.getByRole('status').textContent).toBe('3 of more than 1,200');
  });
});
