import { describe, expect, it } from 'vitest';
import type { Lead } from '../queries';
import { firstChoice, mergeFields } from './merge-fields';

const lead = (values: Partial<Lead>) =>
  ({
    full_name: 'Ada',
    email: 'ada@x.example',
    phone: null,
    tags: [],
    custom: {},
    ...values,
  }) as Lead;

describe('mergeFields', () => {
  it('lists only what differs', () => {
    const mine = lead({ phone: '+44 1', city: 'Leeds' });
    const other = lead({ full_name: 'Ada B.', city: 'Leeds' });
    expect(mergeFields(mine, other, []).map(({ key }) => key)).toEqual(['name', 'phone']);
  });

  it('compares custom values by what they read', () => {
    const fields = [
      { key: 'plan', label: 'Plan' },
      { key: 'topics', label: 'Topics' },
    ];
    const mine = lead({ custom: { plan: 'A', topics: ['x', 'y'] } });
    const other = lead({ custom: { plan: 'B', topics: ['x', 'y'] } });
    expect(mergeFields(mine, other, fields)).toEqual([
      { key: 'custom.plan', label: 'Plan', mine: 'A', other: 'B' },
    ]);
  });

  it('takes an empty and a missing value as equal', () => {
    expect(mergeFields(lead({ phone: null }), lead({ phone: undefined as never }), [])).toEqual([]);
  });
});

it('fills gaps from the other lead and keeps the rest', () => {
  const fields = [
    { key: 'phone', label: 'phone', mine: '', other: '+44 1' },
    { key: 'name', label: 'name', mine: 'Ada', other: 'Ada B.' },
  ];
  expect(firstChoice(fields)).toEqual({ phone: 'other', name: 'mine' });
});
