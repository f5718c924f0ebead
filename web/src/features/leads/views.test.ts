import { expect, test } from 'vitest';
import { leadsRequest, leadsSearch, meant } from './search';
import { builtInViews, isEdited, openView, stateOf, type View } from './views';

const [all, mine, hot] = builtInViews('u1', (key) => key) as [View, View, View];

test('a built-in view opens with its filter and sort, "all" with nothing', () => {
  expect(openView(all)).toEqual({});
  expect(openView(mine)).toEqual({
    view: 'mine',
    filter: { field: 'owner_id', op: 'eq', value: 'u1' },
  });
  expect(openView(hot).sort).toBe('-score');
});

test('a view is edited as soon as filter, search, sort or columns differ', () => {
  const opened = openView(hot);
  expect(isEdited(hot, stateOf(opened, undefined))).toBe(false);
  expect(isEdited(hot, stateOf({ ...opened, q: 'acme' }, undefined))).toBe(true);
  expect(isEdited(hot, stateOf({ ...opened, sort: undefined }, undefined))).toBe(true);
  const all = hot.state.filter as { all: object[] };
  const entries = all.all.map((leaf) => Object.fromEntries(Object.entries(leaf).reverse()));
  const turned = { ...hot.state, filter: { all: entries } };
  expect(isEdited({ ...hot, state: turned }, stateOf(opened, undefined))).toBe(false);
  const saved = { ...hot, state: { ...hot.state, columns: ['name', 'email'] } };
  expect(isEdited(saved, stateOf(opened, ['name', 'email']))).toBe(false);
  expect(isEdited(saved, stateOf(opened, ['name']))).toBe(true);
});

test('nonsense in the address is dropped, defaults are filled in for the request', () => {
  const search = leadsSearch.parse({ size: 7, filter: 'x', q: 'ada', sort: 5 });
  expect(search).toEqual({ q: 'ada' });
  expect(leadsRequest(search)).toMatchObject({ q: 'ada', sort: '-created_at', limit: 50 });
  expect(meant(search)).toEqual({ q: 'ada' });
});
