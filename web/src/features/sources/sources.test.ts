import { describe, expect, it } from 'vitest';
import { toRule, toText } from './rules';
import { changedSettings } from './settings';
import { CLIENTS, sitesOf, snippet } from './snippets';

describe('sitesOf', () => {
  it.each([
    ['example.com', ['https://example.com', 'https://www.example.com']],
    ['shop.example.com/', ['https://shop.example.com']],
    ['http://localhost:3000', ['http://localhost:3000']],
    ['localhost:3000', ['http://localhost:3000']],
    ['  ', []],
  ])('%s', (typed, sites) => expect(sitesOf(typed)).toEqual(sites));
});

describe('snippet', () => {
  it.each(CLIENTS)('%s names the key and this installation', (client) => {
    const text = snippet(client, 'https://t.example.com', 'tw_pub_x');
    expect(text).toContain('tw_pub_x');
    expect(text).toContain('t.example.com');
  });
});

describe('rules', () => {
  it('come back as they were', () => {
    const rule = { path: 'plan', required: true, types: ['string' as const], allowed: ['a', 'b'] };
    expect(toRule(toText(rule))).toEqual(rule);
  });
  it('of any type and value', () => {
    expect(toRule({ path: ' seats ', required: false, type: '', allowed: [] })).toEqual({
      path: 'seats',
      required: false,
      types: [],
      allowed: [],
    });
  });
});

describe('changedSettings', () => {
  it('holds only what differs', () => {
    const before = { store_ip: true, respect_gpc: true };
    expect(changedSettings(before, { store_ip: false, respect_gpc: true })).toEqual({
      store_ip: false,
    });
  });
});
