import { describe, expect, it } from 'vitest';
import { isMasked } from './masked';

describe('isMasked', () => {
  it('knows the masks the server sends', () => {
    for (const value of ['a•••@example.com', '•••• 42', '•••']) expect(isMasked(value)).toBe(true);
  });
  it('takes nothing else for a mask', () => {
    for (const value of ['ada@example.com', '', null, undefined, 42, ['•••']])
      expect(isMasked(value)).toBe(false);
  });
});
