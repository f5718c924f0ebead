import { describe, expect, it } from 'vitest';
import { moved, withPeople } from './order';

describe('moved', () => {
  it('moves by one place and stops at the ends', () => {
    expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b']);
    expect(moved(['a', 'b', 'c'], 0, 1)).toEqual(['b', 'a', 'c']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 1, 1)).toEqual(['a', 'b']);
  });
});

describe('withPeople', () => {
  it('keeps the weights of those who stay', () => {
    const before = [
      { user_id: 'a', weight: 3 },
      { user_id: 'b', weight: 2 },
    ];
    expect(withPeople(before, ['b', 'c'])).toEqual([
      { user_id: 'b', weight: 2 },
      { user_id: 'c', weight: 1 },
    ]);
  });
});
