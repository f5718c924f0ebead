import { useCallback, useEffect, useRef, useState } from 'react';
import { apiKey, request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { useLeaveGuard } from '@/components/api-form';
import type { Graph } from './graph';
import { useHistory } from './history';
import { JOURNEYS, type Journey } from './queries';

const PAUSE_MS = 700;

/** Whether the draft is on the server: `conflict` where somebody else has changed it meanwhile. */
export type Saving =
  | { state: 'saved' }
  | { state: 'waiting' }
  | { state: 'failed'; why: string }
  | { state: 'conflict'; theirs: Journey };

/** The graph being edited: its history, and its way to the server a moment after each change. */
export function useJourneyDraft(journey: Journey) {
  const history = useHistory<Graph>(journey.draft);
  const { value, reset } = history;
  const [saving, setSaving] = useState<Saving>({ state: 'saved' });
  const stored = useRef(journey.draft);
  const version = useRef(journey.version);
  const current = useRef(value);
  const busy = useRef<Promise<boolean> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  current.current = value;

  const accept = useCallback((now: Journey) => {
    version.current = now.version;
    queryClient.setQueryData(apiKey(`${JOURNEYS}/${now.id}`), now);
  }, []);

  /** Bring what is not stored yet to the server; whether all of it is there now. */
  const flush = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    if (busy.current) await busy.current;
    if (current.current === stored.current) return true;
    const sent = current.current;
    const work = (async () => {
      try {
        const path = `${JOURNEYS}/${journey.id}`;
        const now = await request<Journey>('patch', path, {
          body: { draft: sent },
          version: version.current,
        });
        stored.current = sent;
        accept(now);
        setSaving({ state: current.current === sent ? 'saved' : 'waiting' });
        return true;
      } catch (reason) {
        const error = toApiError(reason);
        if (error.status === 412 && error.current) {
          setSaving({ state: 'conflict', theirs: error.current as unknown as Journey });
        } else setSaving({ state: 'failed', why: error.message });
        return false;
      }
    })();
    busy.current = work;
    const done = await work;
    busy.current = null;
    return done && current.current === stored.current ? true : done && flush();
  }, [journey.id, accept]);

  useEffect(() => {
    if (value === stored.current) return;
    setSaving({ state: 'waiting' });
    timer.current = setTimeout(() => void flush(), PAUSE_MS);
    return () => clearTimeout(timer.current);
  }, [value, flush]);

  // Launched, restored or renamed elsewhere: what was not being edited follows.
  useEffect(() => {
    if (journey.version <= version.current) return;
    if (current.current !== stored.current) return;
    version.current = journey.version;
    stored.current = journey.draft;
    reset(journey.draft);
  }, [journey, reset]);

  useLeaveGuard(value !== stored.current && saving.state !== 'saved', false);

  return {
    ...history,
    saving,
    flush,
    /** After a conflict: theirs in place of mine. */
    takeTheirs: (theirs: Journey) => {
      stored.current = theirs.draft;
      accept(theirs);
      reset(theirs.draft);
      setSaving({ state: 'saved' });
      void invalidatePaths(JOURNEYS);
    },
    /** After a conflict: mine over theirs. */
    keepMine: (theirs: Journey) => {
      version.current = theirs.version;
      setSaving({ state: 'waiting' });
      void flush();
    },
  };
}

export type JourneyEditing = ReturnType<typeof useJourneyDraft>;
