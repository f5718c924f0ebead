import { describe, expect, it } from 'vitest';
import { neighboursIn } from './neighbours';
import { leadSearch } from './search';

describe('neighboursIn', () => {
  it('names who stands before and after', () => {
    expect(neighboursIn(['a', 'b', 'c'], 'b')).toEqual({
      position: 2,
      count: 3,
      previous: 'a',
      next: 'c',
    });
    expect(neighboursIn(['a', 'b'], 'a')?.previous).toBeUndefined();
    expect(neighboursIn(['a', 'b'], 'b')?.next).toBeUndefined();
  });

  it('is undefined for a lead that is not in the list', () => {
    expect(neighboursIn(['a'], 'z')).toBeUndefined();
  });
});

it('drops what the address does not know', () => {
  expect(leadSearch.parse({ tab: 'nonsense', kind: 'email', more: 1 })).toEqual({
    kind: 'email',
  });
});
