import { expect, test } from 'vitest';
import { begin, step } from '@/components/edit-history';
import { type Block, blankBlock, duplicated, everyBlock, moved, withoutLanguage } from './draft';

const heading = (id: string): Block => ({ id, kind: 'heading', text: id }) as Block;

test('typing is one step, other changes are steps of their own, and undone ones come back', () => {
  let history = begin('');
  history = step(history, { kind: 'set', state: 'a', key: 'subject', at: 10_000 });
  history = step(history, { kind: 'set', state: 'ab', key: 'subject', at: 10_300 });
  history = step(history, { kind: 'set', state: 'ab!', key: 'heading', at: 10_400 });
  history = step(history, { kind: 'undo' });
  expect(history.now).toBe('ab');
  history = step(history, { kind: 'undo' });
  expect(history.now).toBe('');
  expect(step(history, { kind: 'undo' })).toBe(history);
  history = step(step(history, { kind: 'redo' }), { kind: 'redo' });
  expect(history.now).toBe('ab!');
  history = step(step(history, { kind: 'undo' }), { kind: 'set', state: 'new', at: 10_500 });
  expect(history.future).toEqual([]);
});

test('blocks move, and copies get ids of their own, also within columns', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  const columns = {
    ...blankBlock([], 'columns'),
    columns: [[heading('x')], [heading('y')]],
  } as Block;
  const ids = everyBlock(duplicated([heading('heading-1'), columns], 1)).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength(7);
});

test('without its default language a mail begins with another one', () => {
  const content = { default_language: 'en', languages: { en: {}, de: {} } };
  expect(withoutLanguage(content, 'en')).toMatchObject({ default_language: 'de' });
});
