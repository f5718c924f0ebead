import { useCallback, useReducer } from 'react';

const MOST_STEPS = 100;

interface History<State> {
  past: State[];
  present: State;
  future: State[];
  /** What the last change was of; further ones of the same thing are one step. */
  of?: string;
}

type Action<State> =
  | { type: 'do'; next: State; of?: string }
  | { type: 'undo' | 'redo' }
  | { type: 'reset'; next: State };

/** The history after an action. */
export function turn<State>(history: History<State>, action: Action<State>): History<State> {
  const { past, present, future } = history;
  switch (action.type) {
    case 'do': {
      if (action.next === present) return history;
      const joined = action.of !== undefined && action.of === history.of;
      return {
        past: joined ? past : [...past, present].slice(-MOST_STEPS),
        present: action.next,
        future: [],
        of: action.of,
      };
    }
    case 'undo': {
      const before = past.at(-1);
      if (before === undefined) return history;
      return { past: past.slice(0, -1), present: before, future: [present, ...future] };
    }
    case 'redo': {
      const [after, ...rest] = future;
      if (after === undefined) return history;
      return { past: [...past, present], present: after, future: rest };
    }
    case 'reset':
      return { past: [], present: action.next, future: [] };
  }
}

/** A value whose changes can be taken back and made again. Changes with the same `of` in a row are one. */
export function useHistory<State>(start: State) {
  const [history, act] = useReducer(turn<State>, { past: [], present: start, future: [] });
  return {
    value: history.present,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    change: useCallback((next: State, of?: string) => act({ type: 'do', next, of }), []),
    undo: useCallback(() => act({ type: 'undo' }), []),
    redo: useCallback(() => act({ type: 'redo' }), []),
    reset: useCallback((next: State) => act({ type: 'reset', next }), []),
  };
}
