import { describe, expect, it } from 'vitest';
import { shownValue } from './figures';
import { dayAgo } from './queries';

describe('values of metrics', () => {
  it('are shown in their unit', () => {
    expect(shownValue(0.256, 'ratio', null)).toBe('25.6%');
    expect(shownValue(null, 'ratio', null)).toBe('–');
    expect(shownValue(1234.56, 'count', null)).toBe('1,234.6');
    expect(shownValue(1_250_000_00, 'money', 'EUR')).toContain('1.3');
  });

  it('end today, on the calendar here', () => {
    const noon = new Date(2026, 2, 1, 12).getTime();
    expect([dayAgo(0, noon), dayAgo(1, noon)]).toEqual(['2026-03-01', '2026-02-28']);
  });
});
