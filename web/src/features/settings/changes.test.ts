import { expect, test } from 'vitest';
import { changesOf } from './changes';

test('only what changed is listed, in order', () => {
  const before = { status: 'new', name: 'Ada', tags: ['a'] };
  const after = { status: 'qualified', name: 'Ada', tags: ['a', 'b'] };
  expect(changesOf(before, after)).toEqual([
    { field: 'status', before: 'new', after: 'qualified' },
    { field: 'tags', before: '["a"]', after: '["a","b"]' },
  ]);
});

test('creation and deletion show a dash on the other side', () => {
  expect(changesOf(null, { name: 'Ada' })).toEqual([{ field: 'name', before: '–', after: 'Ada' }]);
  expect(changesOf({ name: 'Ada' }, null)).toEqual([{ field: 'name', before: 'Ada', after: '–' }]);
  expect(changesOf(null, null)).toEqual([]);
});
