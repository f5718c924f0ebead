export type DueGroup = 'overdue' | 'today' | 'tomorrow' | 'week' | 'later' | 'none' | 'done';

export const DUE_ORDER: DueGroup[] = [
  'overdue',
  'today',
  'tomorrow',
  'week',
  'later',
  'none',
  'done',
];

const DAY = 86_400_000;

/** Which group a task belongs to on the reader's calendar; overdue counts to the minute. */
export function dueGroup(
  task: { due_at: string | null; done_at: string | null },
  now: Date = new Date(),
): DueGroup {
  if (task.done_at) return 'done';
  if (!task.due_at) return 'none';
  const due = new Date(task.due_at);
  if (due.getTime() < now.getTime()) return 'overdue';
  const midnight = (at: Date) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(due) - midnight(now)) / DAY);
  if (days === 0) return 'today';
  if (days === 1) return 'tomorrow';
  return days < 7 ? 'week' : 'later';
}

/** Tasks by group, in the order of the groups; empty groups are left out. */
export function byDue<T extends { due_at: string | null; done_at: string | null }>(
  tasks: readonly T[],
  now: Date = new Date(),
): { group: DueGroup; tasks: T[] }[] {
  const groups = new Map<DueGroup, T[]>();
  for (const task of tasks) {
    const group = dueGroup(task, now);
    groups.set(group, [...(groups.get(group) ?? []), task]);
  }
  return DUE_ORDER.filter((group) => groups.has(group)).map((group) => ({
    group,
    tasks: groups.get(group) ?? [],
  }));
}

/** Tomorrow at nine, as a date-time field wants it: what most follow-ups need. */
export function tomorrowMorning(now: Date = new Date()): string {
  const at = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 9);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
