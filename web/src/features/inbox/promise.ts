/** What is promised to whom waits for a person. */
export interface Promised {
  state: string;
  due_at: string | null;
}

export type PromiseState = 'fine' | 'soon' | 'late';

export interface PromiseNow {
  state: PromiseState;
  /** Minutes left; negative once it is broken. */
  minutes: number;
  due: string;
}

const SOON_MINUTES = 10;
const MINUTE = 60_000;

/** How a promised reply stands; undefined where nobody waits for a person. */
export function promiseNow(conversation: Promised, now: number): PromiseNow | undefined {
  if (conversation.state !== 'waiting' && conversation.state !== 'person') return undefined;
  const { due_at: due } = conversation;
  if (!due) return undefined;
  const left = (new Date(due).getTime() - now) / MINUTE;
  const minutes = left < 0 ? Math.floor(left) : Math.ceil(left);
  const state = left < 0 ? 'late' : left <= SOON_MINUTES ? 'soon' : 'fine';
  return { state, minutes, due };
}

export interface Span {
  unit: 'minutes' | 'hours' | 'days';
  count: number;
}

/** 95 minutes → 2 hours: as exact as a glance needs. */
export function spanOf(minutes: number): Span {
  const length = Math.abs(minutes);
  if (length < 60) return { unit: 'minutes', count: length };
  if (length < 48 * 60) return { unit: 'hours', count: Math.round(length / 60) };
  return { unit: 'days', count: Math.round(length / 1440) };
}
