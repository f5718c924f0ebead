import { useEffect, useRef } from 'react';
import { create } from 'zustand';
import { applyPatch } from '@/api/optimistic';
import { invalidatePaths, queryClient } from '@/api/query-client';

export interface RealtimeEvent {
  id: string;
  type: string;
  topic: string;
  data: Record<string, unknown>;
}

interface NewScore {
  id: string;
  score: number | null;
  band: string | null;
  kind: string;
}

type Listener = (event: RealtimeEvent) => void;

/** Which API paths an event makes stale. Features add theirs with `staleOn`. */
const stale = new Map<string, Set<string>>([
  // The list of leads offers new ones by a button instead: rows must not jump under the hand.
  ['lead.new', new Set(['/api/v1/dashboard', '/api/v1/onboarding'])],
  [
    'lead.updated',
    new Set(['/api/v1/leads', '/api/v1/tasks', '/api/v1/pipelines', '/api/v1/dashboard']),
  ],
  ['lead.score_changed', new Set(['/api/v1/leads', '/api/v1/scoring', '/api/v1/dashboard'])],
  ['metrics.update', new Set(['/api/v1/dashboard'])],
  ['campaign.update', new Set(['/api/v1/campaigns'])],
  ['job.progress', new Set(['/api/v1/jobs', '/api/v1/imports'])],
  ['notification.new', new Set(['/api/v1/notifications'])],
]);

export function staleOn(type: string, ...paths: string[]): void {
  const known = stale.get(type) ?? new Set<string>();
  for (const path of paths) known.add(path);
  stale.set(type, known);
}

const listeners = new Map<string, Set<Listener>>();

const SIGN_IN_AGAIN = 4401;

interface RealtimeState {
  status: 'off' | 'connecting' | 'open' | 'waiting';
}

export const useRealtimeState = create<RealtimeState>(() => ({ status: 'off' }));

let socket: WebSocket | undefined;
let lastId: string | undefined;
const seen = new Set<string>();
const REMEMBERED = 2000;
let attempts = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let wanted = false;
let pending = new Set<string>();
let flushTimer: ReturnType<typeof setTimeout> | undefined;

// Bursts (an import touches thousands of leads) become one reload per second; the first comes soon.
const GATHER_MS = 100;
const RELOAD_MS = 1000;
let flushedAt = 0;

function flush(): void {
  flushTimer = undefined;
  flushedAt = Date.now();
  const paths = [...pending];
  pending = new Set();
  void invalidatePaths(...paths);
}

type ServerMessage = RealtimeEvent & { last_id?: string };

function receive(text: string): void {
  let event: ServerMessage;
  try {
    event = JSON.parse(text) as ServerMessage;
  } catch {
    return;
  }
  if (event.type === 'ping') {
    socket?.send('{"type":"pong"}');
    return;
  }
  if (event.type === 'access') {
    // Other rights show other things everywhere, and the person's own record tells the app which.
    void queryClient.invalidateQueries();
    return;
  }
  if (event.type === 'ready' || event.type === 'resync') {
    // A first connection starts here; `resync` says that the gap cannot be filled, so all is loaded anew.
    if (event.type === 'resync' || lastId === undefined) lastId = event.last_id;
    if (event.type === 'resync') void queryClient.invalidateQueries();
    return;
  }
  if (event.type === 'resumed') {
    lastId = event.last_id;
    return;
  }
  if (typeof event.id !== 'string') return;
  // A replayed event names the position it proves, which its own id would not.
  lastId = event.last_id ?? event.id;
  if (seen.has(event.id)) return;
  seen.add(event.id);
  if (seen.size > REMEMBERED) seen.delete(seen.values().next().value ?? '');
  // A new score is shown the moment it is known; the reload brings what depends on it.
  if (event.type === 'lead.score_changed') {
    for (const { id, score, band, kind } of (event.data.leads ?? []) as NewScore[]) {
      applyPatch('/api/v1/leads', [id], { score, score_band: band, score_kind: kind });
    }
  }
  for (const path of stale.get(event.type) ?? []) pending.add(path);
  if (pending.size > 0) {
    flushTimer ??= setTimeout(flush, Math.max(GATHER_MS, flushedAt + RELOAD_MS - Date.now()));
  }
  for (const key of [event.type, '*'])
    for (const listener of listeners.get(key) ?? []) listener(event);
}

function connect(): void {
  if (!wanted || socket) return;
  useRealtimeState.setState({ status: 'connecting' });
  const url = new URL('/api/v1/ws', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  if (lastId !== undefined) url.searchParams.set('last_id', lastId);
  const current = new WebSocket(url);
  socket = current;
  current.onopen = () => {
    attempts = 0;
    useRealtimeState.setState({ status: 'open' });
  };
  current.onmessage = (message) => receive(String(message.data));
  current.onclose = ({ code }) => {
    if (socket === current) socket = undefined;
    if (!wanted) return;
    // The access token ran out while nothing else was asked: any request renews it.
    if (code === SIGN_IN_AGAIN)
      void queryClient.invalidateQueries({ queryKey: ['get', '/api/v1/me'] });
    useRealtimeState.setState({ status: 'waiting' });
    const wait = Math.min(30_000, 1000 * 2 ** attempts) * (0.5 + Math.random() / 2);
    attempts += 1;
    timer = setTimeout(connect, wait);
  };
}

function connectNow(): void {
  clearTimeout(timer);
  attempts = 0;
  connect();
}

/** Opens the event stream for the signed-in person; resumes after the last seen event. */
export function startRealtime(): () => void {
  wanted = true;
  connect();
  window.addEventListener('online', connectNow);
  return () => {
    wanted = false;
    clearTimeout(timer);
    clearTimeout(flushTimer);
    flushTimer = undefined;
    flushedAt = 0;
    window.removeEventListener('online', connectNow);
    socket?.close();
    socket = undefined;
    lastId = undefined;
    useRealtimeState.setState({ status: 'off' });
  };
}

/** Calls `listener` for every event of the type ("*" for all) while mounted. */
export function useRealtime(type: string, listener: Listener): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const own: Listener = (event) => latest.current(event);
    const set = listeners.get(type) ?? new Set();
    set.add(own);
    listeners.set(type, set);
    return () => {
      set.delete(own);
    };
  }, [type]);
}
