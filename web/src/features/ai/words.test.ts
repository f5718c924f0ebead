import { describe, expect, it } from 'vitest';
import { dayAgo, filledIn, formatCost, settingFields, toMicro } from './words';

describe('settings of providers', () => {
  it('are read from their schema', () => {
    const [address, region] = settingFields({
      required: ['base_url'],
      properties: {
        base_url: { title: 'Address', description: 'Up to /v1' },
        region: { enum: ['eu', 'us'], default: 'eu' },
      },
    });
    expect(address).toEqual({
      name: 'base_url',
      title: 'Address',
      description: 'Up to /v1',
      required: true,
      options: [],
      initial: '',
    });
    expect(region).toMatchObject({ title: 'region', options: ['eu', 'us'], initial: 'eu' });
    expect(settingFields({})).toEqual([]);
  });

  it('go without what is empty', () => {
    expect(filledIn({ a: 'x', b: '  ' })).toEqual({ a: 'x' });
  });
});

describe('money', () => {
  it('shows small amounts', () => {
    expect(formatCost(1_234_567)).toContain('1.23');
    expect(formatCost(450)).toContain('0.0005');
    expect(formatCost(0)).toContain('0.00');
    expect(toMicro(0.1)).toBe(100_000);
  });
});

it('days are counted in UTC', () => {
  expect(dayAgo(1, Date.UTC(2026, 0, 1, 23))).toBe('2025-12-31');
});
