import { describe, expect, it } from 'vitest';
import { byDue, dueGroup, tomorrowMorning } from './due';

const now = new Date(2026, 10, 21, 15, 0);
const at = (day: number, hour: number) => ({
  due_at: new Date(2026, 10, day, hour).toISOString(),
  done_at: null,
});

describe('dueGroup', () => {
  it.each([
    [at(21, 14), 'overdue'],
    [at(20, 23), 'overdue'],
    [at(21, 16), 'today'],
    [at(22, 0), 'tomorrow'],
    [at(23, 9), 'week'],
    [at(27, 23), 'week'],
    [at(28, 0), 'later'],
    [{ due_at: null, done_at: null }, 'none'],
    [{ ...at(1, 9), done_at: '2026-11-20T10:00:00Z' }, 'done'],
  ])('of %o is %s', (task, group) => {
    expect(dueGroup(task, now)).toBe(group);
  });
});

describe('byDue', () => {
  it('keeps the order of groups and of tasks within one', () => {
    const tasks = [at(28, 9), at(21, 16), at(20, 9), at(21, 18)];
    expect(byDue(tasks, now).map(({ group, tasks: list }) => [group, list.length])).toEqual([
      ['overdue', 1],
      ['today', 2],
      ['later', 1],
    ]);
  });
});

it('proposes tomorrow at nine, local time', () => {
  expect(tomorrowMorning(now)).toBe('2026-11-22T09:00');
});
