import { describe, expect, it } from 'vitest';
import { nextSort, sortState, toggled, toggledPage, withRange } from './selection';

const order = ['a', 'b', 'c', 'd'];

describe('selection', () => {
  it('toggles one id without changing the given set', () => {
    const before = new Set(['a']);
    expect([...toggled(before, 'b')]).toEqual(['a', 'b']);
    expect([...toggled(before, 'a')]).toEqual([]);
    expect([...before]).toEqual(['a']);
  });

  it('selects a range in both directions and keeps what was selected', () => {
    expect([...withRange(new Set(['d']), order, 'a', 'c')]).toEqual(['d', 'a', 'b', 'c']);
    expect([...withRange(new Set(), order, 'c', 'b')]).toEqual(['b', 'c']);
  });

  it('selects only the row when the anchor is gone', () => {
    expect([...withRange(new Set(), order, 'gone', 'b')]).toEqual(['b']);
    expect([...withRange(new Set(), order, undefined, 'b')]).toEqual(['b']);
  });

  it('toggles the page and leaves other pages alone', () => {
    expect([...toggledPage(new Set(['z', 'a']), order)]).toEqual(['z', 'a', 'b', 'c', 'd']);
    expect([...toggledPage(new Set(['z', ...order]), order)]).toEqual(['z']);
  });
});

describe('sorting', () => {
  it('goes from ascending to descending and back', () => {
    expect(nextSort(undefined, 'name')).toBe('name');
    expect(nextSort('name', 'name')).toBe('-name');
    expect(nextSort('-name', 'name')).toBe('name');
    expect(nextSort('-score', 'name')).toBe('name');
  });

  it('tells the state of each column', () => {
    expect(sortState('name', 'name')).toBe('ascending');
    expect(sortState('-name', 'name')).toBe('descending');
    expect(sortState('-name', 'score')).toBe('none');
    expect(sortState('name', undefined)).toBeUndefined();
  });
});
