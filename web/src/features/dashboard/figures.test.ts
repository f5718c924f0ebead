import { expect, test } from 'vitest';
import { figure, openStages } from './figures';
import type { StageValue } from './queries';

const stage = (over: Partial<StageValue>): StageValue => ({
  stage_id: 's',
  stage: 'Demo',
  position: 1,
  probability: 0.45,
  kind: 'open',
  currency: 'USD',
  deals: 1,
  amount_minor: 100,
  weighted_minor: 50,
  ...over,
});

test('a missing figure is a dash, a ratio a percentage, money compact', () => {
  expect(figure({ unit: 'count', value: null, currency: null })).toBe('–');
  expect(figure({ unit: 'count', value: 1234, currency: null })).toBe('1,234');
  expect(figure({ unit: 'ratio', value: 0.284, currency: null })).toBe('28.4%');
  expect(figure({ unit: 'money', value: 125_000_000, currency: 'EUR' })).toBe('€1.3M');
});

test('only open stages of the largest currency are charted', () => {
  const { currency, stages } = openStages([
    stage({ currency: 'USD', amount_minor: 10 }),
    stage({ currency: 'EUR', amount_minor: 500 }),
    stage({ currency: 'EUR', amount_minor: 20, kind: 'won' }),
  ]);
  expect(currency).toBe('EUR');
  expect(stages).toHaveLength(1);
});

test('no deals give no stages', () => {
  expect(openStages([])).toEqual({ currency: 'USD', stages: [] });
});
