import { describe, expect, it } from 'vitest';
import { byArea, exampleCommand, expiryMoment } from './scopes';

const scopes = [
  { key: 'leads:read', description: 'See people' },
  { key: 'deals:read', description: 'See deals' },
  { key: 'leads:write', description: 'Add people' },
];

describe('byArea', () => {
  it('groups and keeps the order', () => {
    expect(byArea(scopes, '').map(({ area, items }) => [area, items.length])).toEqual([
      ['Leads', 2],
      ['Deals', 1],
    ]);
  });
  it('finds every word in key or description', () => {
    expect(
      byArea(scopes, 'ADD people').flatMap(({ items }) => items.map(({ key }) => key)),
    ).toEqual(['leads:write']);
    expect(byArea(scopes, 'moon')).toEqual([]);
  });
});

describe('expiryMoment', () => {
  const now = new Date(2026, 0, 31, 9, 30);
  it('is the end of the day', () => {
    expect(expiryMoment('30', '', now)).toBe(new Date(2026, 2, 2, 23, 59, 59).toISOString());
    expect(expiryMoment('day', '2026-05-01', now)).toBe(
      new Date(2026, 4, 1, 23, 59, 59).toISOString(),
    );
  });
  it('may be never', () => {
    expect(expiryMoment('never', '2026-05-01', now)).toBeNull();
    expect(expiryMoment('day', '', now)).toBeNull();
  });
});

describe('exampleCommand', () => {
  it('shows a bearer, but never sends a signing secret', () => {
    expect(exampleCommand('https://t.example', 'secret', 'id', 'tw_live_x')).toContain(
      'Bearer tw_live_x" https://t.example/api/v1/keys/current',
    );
    const signed = exampleCommand('https://t.example', 'signed', 'id', 'tw_sign_x');
    expect(signed.split('curl')[1]).not.toContain('tw_sign_x');
  });
});
