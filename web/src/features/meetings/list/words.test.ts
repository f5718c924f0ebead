import { expect, it } from 'vitest';
import { dayWords, outcomeOf } from './words';

const meeting = (part: object) => ({
  state: 'confirmed' as const,
  starts_at: '2026-11-24T10:00:00Z',
  ends_at: '2026-11-24T10:45:00Z',
  no_show_at: null,
  ...part,
});
const at = (time: string) => Date.parse(`2026-11-24T${time}:00Z`);

it('tells how a meeting stands', () => {
  expect(outcomeOf(meeting({}), at('09:59'))).toBe('upcoming');
  expect(outcomeOf(meeting({}), at('10:00'))).toBe('now');
  expect(outcomeOf(meeting({}), at('10:45'))).toBe('past');
  expect(outcomeOf(meeting({ state: 'pending' }), at('12:00'))).toBe('pending');
  expect(outcomeOf(meeting({ no_show_at: '2026-11-24T10:20:00Z' }), at('12:00'))).toBe('no_show');
  const cancelled = meeting({ state: 'cancelled', no_show_at: '2026-11-24T10:20:00Z' });
  expect(outcomeOf(cancelled, at('12:00'))).toBe('cancelled');
});

it('names near days', () => {
  const now = new Date(2026, 10, 24, 23, 30);
  expect(dayWords(new Date(2026, 10, 25, 0, 5).toISOString(), now)).toBe('Tomorrow');
  expect(dayWords(new Date(2026, 10, 24, 1).toISOString(), now)).toBe('Today');
  expect(dayWords(new Date(2026, 10, 23, 1).toISOString(), now)).toBe('Yesterday');
  expect(dayWords(new Date(2026, 10, 27, 9).toISOString(), now)).toMatch(/27/);
  expect(dayWords(new Date(2027, 0, 5, 9).toISOString(), now)).toMatch(/2027/);
});
