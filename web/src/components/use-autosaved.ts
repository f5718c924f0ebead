import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { apiQuery, request } from '@/api/client';
import { type ApiError, toApiError } from '@/api/errors';
import { queryClient } from '@/api/query-client';
import { begin, type History, type Step, step } from './edit-history';
import { differing } from './use-draft';

export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed' | 'conflict';

export interface Autosaved<Draft> {
  draft: Draft;
  /** `key` names the field, so that typing in it is one step to undo. */
  set: (change: (draft: Draft) => Draft, key?: string) => void;
  undo: () => void;
  redo: () => void;
  canUndo: boolean;
  canRedo: boolean;
  state: SaveState;
  error?: ApiError | undefined;
  /** Save at once; resolves once what is shown is stored, false where it could not be. */
  flush: () => Promise<boolean>;
  /** Give up what is not saved and show what is stored. */
  reload: () => void;
  /** Store what is shown over what somebody else stored. */
  overwrite: () => void;
}

const PAUSE_MS = 900;

interface Options<Stored, Draft> {
  /** Path of the list in the API; the record is at `{list}/{id}`. */
  list: string;
  /** What of the record is edited: its fields go into the PATCH as they are named here. */
  draftOf: (stored: Stored) => Draft;
  readOnly: boolean;
}

/** A record while it is worked on: steps to undo, and saved by itself a moment after the last change. */
export function useAutosaved<Stored extends { id: string; version: number }, Draft extends object>(
  stored: Stored,
  { list, draftOf, readOnly }: Options<Stored, Draft>,
): Autosaved<Draft> {
  const path = `${list}/${stored.id}`;
  const [history, change] = useReducer(
    (now: History<Draft>, next: Step<Draft>) => step(now, next),
    stored,
    (first) => begin(draftOf(first)),
  );
  const [error, setError] = useState<ApiError>();
  const [saving, setSaving] = useState(false);
  const version = useRef(stored.version);
  const line = useRef<Promise<boolean>>(Promise.resolve(true));
  const base = useRef(draftOf(stored));
  const now = useRef(history.now);
  now.current = history.now;

  const changed = Object.keys(differing(history.now, base.current)).length > 0;

  // Somebody else changed it while nothing here waits to be saved: theirs is shown.
  useEffect(() => {
    if (stored.version <= version.current) return;
    const untouched = Object.keys(differing(now.current, base.current)).length === 0;
    if (!untouched || saving) return;
    version.current = stored.version;
    base.current = draftOf(stored);
    change({ kind: 'load', state: base.current });
  }, [stored, saving, draftOf]);

  const save = useCallback((): Promise<boolean> => {
    const run = async (): Promise<boolean> => {
      const wanted = now.current;
      const body = differing(wanted, base.current);
      if (Object.keys(body).length === 0) return true;
      setSaving(true);
      try {
        const made = await request<Stored>('patch', path, {
          body,
          version: version.current,
        });
        version.current = made.version;
        base.current = wanted;
        queryClient.setQueryData(apiQuery<Stored>(path).queryKey, made as never);
        setError(undefined);
        return true;
      } catch (reason) {
        setError(toApiError(reason));
        return false;
      } finally {
        setSaving(false);
      }
    };
    line.current = line.current.then(run, run);
    return line.current;
  }, [path]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each change begins the pause anew
  useEffect(() => {
    if (readOnly || !changed || saving || error) return;
    const timer = setTimeout(() => void save(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [history.now, changed, saving, error, readOnly, save]);

  const set = useCallback((make: (draft: Draft) => Draft, key?: string) => {
    setError((known) => (known?.status === 412 ? known : undefined));
    // At once, so that of two changes in a row the second begins from the first.
    now.current = make(now.current);
    change({ kind: 'set', state: now.current, key, at: Date.now() });
  }, []);
  /** Read what is stored now, to begin from it. */
  const fresh = async () => {
    const found = await queryClient.fetchQuery({ ...apiQuery<Stored>(path), staleTime: 0 });
    version.current = found.version;
    base.current = draftOf(found);
  };
  const conflict = error?.status === 412;
  return {
    draft: history.now,
    set,
    undo: useCallback(() => change({ kind: 'undo' }), []),
    redo: useCallback(() => change({ kind: 'redo' }), []),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    state: conflict
      ? 'conflict'
      : error
        ? 'failed'
        : saving
          ? 'saving'
          : changed
            ? 'waiting'
            : 'saved',
    error,
    flush: save,
    reload: () => {
      setError(undefined);
      void fresh().then(() => change({ kind: 'load', state: base.current }));
    },
    overwrite: () => {
      void fresh().then(() => {
        setError(undefined);
        void save();
      });
    },
  };
}
