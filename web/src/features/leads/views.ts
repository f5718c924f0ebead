import { hashKey } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import type { Condition } from '@/components/filter-bar/condition';
import { DEFAULT_SORT, type LeadsSearch } from './search';

export type View = Pick<Schema<'ViewRead'>, 'id' | 'name' | 'state' | 'version' | 'shared'> & {
  editable?: boolean;
};

/** Preference with the ids of the views kept in the navigation. */
export const PINNED_VIEWS = 'pinned_views';

interface ViewState {
  filter: Condition | undefined;
  q: string | undefined;
  sort: string;
  columns: string[] | undefined;
}

const HOT = { field: 'score_band', op: 'eq', value: 'hot' };
/** Nobody has to be won over there any more. */
const CLOSED = ['customer', 'unqualified', 'lost'];

/** The views that come with the product; `mine` needs to know who asks. */
export function builtInViews(userId: string, label: (key: string) => string): View[] {
  const made = (id: string, filter: Condition | null, sort?: string): View => ({
    id,
    name: label(id),
    state: { filter: filter as View['state']['filter'], ...(sort ? { sort } : {}) },
    version: 0,
    shared: true,
  });
  return [
    made('all', null),
    made('mine', { field: 'owner_id', op: 'eq', value: userId }),
    made('hot', { all: [HOT, { field: 'status', op: 'not_in', value: CLOSED }] }, '-score'),
  ];
}

/** The address of a view: its id and what it means, so that a reload shows the same. */
export function openView(view: View): LeadsSearch {
  const { filter, q, sort } = view.state;
  return {
    view: view.id === 'all' ? undefined : view.id,
    filter: (filter as Condition | null) ?? undefined,
    q: q ?? undefined,
    sort: sort && sort !== DEFAULT_SORT ? sort : undefined,
  };
}

export function stateOf(search: LeadsSearch, columns: string[] | undefined): ViewState {
  return { filter: search.filter, q: search.q, sort: search.sort ?? DEFAULT_SORT, columns };
}

// The server gives the keys of a condition back in another order.
const same = (a: unknown, b: unknown) => hashKey([a ?? null]) === hashKey([b ?? null]);

/** True when what is shown differs from the saved view. */
export function isEdited(view: View, now: ViewState): boolean {
  const { filter, q, sort, columns } = view.state;
  return !(
    same(filter, now.filter) &&
    same(q || null, now.q) &&
    (sort ?? DEFAULT_SORT) === now.sort &&
    (columns == null || now.columns === undefined || same(columns, now.columns))
  );
}
