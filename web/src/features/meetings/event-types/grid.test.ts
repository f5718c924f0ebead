import { expect, it } from 'vitest';
import { byDay, hoursShown, timeAt } from './grid';

it('puts slots under the day and time of the zone', () => {
  const slots = [{ starts_at: '2026-11-24T08:00:00Z' }, { starts_at: '2026-11-24T23:30:00Z' }];
  const days = byDay(slots, 'Europe/Berlin');
  expect([...days.keys()]).toEqual(['2026-11-24', '2026-11-25']);
  expect(days.get('2026-11-24')?.[0]?.at).toBe(9 * 60);
  expect(days.get('2026-11-25')?.[0]?.at).toBe(30);
});

it('shows the working day and what lies outside of it', () => {
  expect(hoursShown([])).toEqual([7, 20]);
  expect(hoursShown([5 * 60 + 30, 22 * 60])).toEqual([5, 23]);
  expect(hoursShown([23 * 60 + 45])).toEqual([7, 24]);
});

it('finds the time under a click', () => {
  expect(timeAt(9 * 60 + 25, [9 * 60], 30, 30)).toBe(9 * 60);
  expect(timeAt(9 * 60 + 25, [9 * 60 + 20], 30, 30)).toBe(9 * 60 + 20);
  expect(timeAt(13 * 60 + 59, [9 * 60], 30, 15)).toBe(13 * 60 + 45);
});
