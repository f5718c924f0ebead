import { describe, expect, it } from 'vitest';
import { loginSearch, safeNext } from './search';

describe('safeNext', () => {
  it('keeps pages of ours', () => {
    expect(safeNext('/leads?q=a')).toBe('/leads?q=a');
  });

  it.each([undefined, 'https://evil.example', '//evil.example', '/\\evil.example', 'leads'])(
    'sends %s to the start page',
    (next) => {
      expect(safeNext(next)).toBe('/');
    },
  );
});

describe('loginSearch', () => {
  it('drops what is no text', () => {
    expect(loginSearch.parse({ next: 3, email: 'a@b.c' })).toEqual({ email: 'a@b.c' });
  });
});
