import { expect, it } from 'vitest';
import { lanesOf } from './lanes';

const span = (id: string, from: string, to: string) => ({
  id,
  starts_at: `2026-11-24T${from}:00Z`,
  ends_at: `2026-11-24T${to}:00Z`,
});

it('puts overlapping meetings side by side and others at full width', () => {
  const placed = lanesOf([
    span('late', '15:00', '16:00'),
    span('long', '09:00', '11:00'),
    span('first', '09:30', '10:00'),
    span('second', '10:00', '10:30'),
  ]);
  expect(placed.map(({ item, lane, lanes }) => [item.id, lane, lanes])).toEqual([
    ['long', 0, 2],
    ['first', 1, 2],
    ['second', 1, 2],
    ['late', 0, 1],
  ]);
});
