import { describe, expect, it } from 'vitest';
import { formatBytes, formatMoney, formatPercent, formatRelative, initials } from './format';

describe('format', () => {
  it('writes money from minor units of any currency', () => {
    expect(formatMoney(123_450, 'USD')).toBe('$1,234.50');
    expect(formatMoney(120_000, 'USD')).toBe('$1,200');
    expect(formatMoney(1234, 'JPY')).toBe('¥1,234');
    expect(formatMoney(1_240_000_000, 'USD', true)).toBe('$12.4M');
  });

  it('writes shares, sizes and names', () => {
    expect(formatPercent(0.284)).toBe('28%');
    expect(formatBytes(3_400_000)).toBe('3.4 MB');
    expect(formatBytes(12)).toBe('12 bytes');
    expect([initials('Ana Maria Okafor'), initials('cher'), initials(' ')]).toEqual([
      'AO',
      'C',
      '?',
    ]);
  });

  it('writes times relative to now', () => {
    const now = Date.UTC(2026, 10, 21, 12);
    expect(formatRelative(now - 3 * 60_000, now)).toBe('3 min. ago');
    expect(formatRelative(now + 2 * 86_400_000, now)).toBe('in 2 days');
    expect(formatRelative(now - 10_000, now)).toBe('now');
  });
});
