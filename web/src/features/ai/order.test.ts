import { expect, it } from 'vitest';
import { placed } from './order';

it('an entry takes its new place, and the others close up', () => {
  expect(placed(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(placed(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(placed(['a', 'b'], 1, 2)).toEqual(['a', 'b']);
  expect(placed(['a'], 3, 0)).toEqual(['a']);
});
