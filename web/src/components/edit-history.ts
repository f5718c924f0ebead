/** What was, is, and was undone. `key` names what the last change was about, `at` when. */
export interface History<State> {
  past: readonly State[];
  now: State;
  future: readonly State[];
  key?: string | undefined;
  at: number;
}

export type Step<State> =
  | { kind: 'set'; state: State; key?: string | undefined; at: number }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'load'; state: State };

const MOST = 100;
// Typing in one field is one step until the writer pauses.
const PAUSE_MS = 1_000;

export const begin = <State>(state: State): History<State> => ({
  past: [],
  now: state,
  future: [],
  at: 0,
});

export function step<State>(history: History<State>, change: Step<State>): History<State> {
  const { past, now, future, key, at } = history;
  switch (change.kind) {
    case 'load':
      return begin(change.state);
    case 'undo': {
      const before = past.at(-1);
      if (before === undefined) return history;
      return { past: past.slice(0, -1), now: before, future: [now, ...future], at: 0 };
    }
    case 'redo': {
      const [next, ...rest] = future;
      if (next === undefined) return history;
      return { past: [...past, now], now: next, future: rest, at: 0 };
    }
    case 'set': {
      const goesOn =
        change.key !== undefined &&
        change.key === key &&
        change.at - at < PAUSE_MS &&
        past.length > 0;
      return {
        past: goesOn ? past : [...past, now].slice(-MOST),
        now: change.state,
        future: [],
        key: change.key,
        at: change.at,
      };
    }
  }
}
