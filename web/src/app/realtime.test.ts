import { renderHook } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { apiKey } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { startRealtime, useRealtime, useRealtimeState } from './realtime';

class FakeSocket {
  static all: FakeSocket[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: (event: { code: number }) => void;
  sent: string[] = [];

  constructor(readonly url: URL) {
    FakeSocket.all.push(this);
  }

  send(text: string) {
    this.sent.push(text);
  }

  close() {
    this.onclose?.({ code: 1000 });
  }

  receive(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

const newest = () => FakeSocket.all[FakeSocket.all.length - 1] as FakeSocket;
const lead = (id: string) => ({ id, type: 'lead.new', topic: 'leads', data: { lead_id: 'l1' } });
const isStale = (path: string) => queryClient.getQueryState(apiKey(path))?.isInvalidated;

let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.all = [];
  queryClient.setQueryData(apiKey('/api/v1/dashboard'), {});
  queryClient.setQueryData(apiKey('/api/v1/members'), []);
  stop = startRealtime();
  newest().onopen?.();
  newest().receive({ type: 'ready', last_id: '@5', heartbeat_seconds: 25 });
});

afterEach(() => {
  stop();
  queryClient.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the event stream', () => {
  it('answers heartbeats', () => {
    newest().receive({ type: 'ping' });
    expect(newest().sent).toEqual(['{"type":"pong"}']);
  });

  it('gives each event once, and makes its data stale once a second', async () => {
    const listener = vi.fn();
    renderHook(() => useRealtime('lead.new', listener));
    newest().receive(lead('e1'));
    newest().receive(lead('e1'));
    newest().receive(lead('e2'));
    expect(listener).toHaveBeenCalledTimes(2);
    expect(isStale('/api/v1/dashboard')).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(isStale('/api/v1/dashboard')).toBe(true);
    expect(isStale('/api/v1/members')).toBe(false);
  });

  it('shows a new score at once, and reloads soon, then once a second', async () => {
    queryClient.setQueryData(apiKey('/api/v1/leads'), {
      items: [{ id: 'l1', score: 40 }, { id: 'l2' }],
    });
    const rescored = (id: string, score: number) => ({
      id,
      type: 'lead.score_changed',
      topic: 'leads',
      data: { leads: [{ id: 'l1', score, band: 'hot', kind: 'rules', previous: 40 }] },
    });
    newest().receive(rescored('s1', 71));
    expect(queryClient.getQueryData(apiKey('/api/v1/leads'))).toEqual({
      items: [{ id: 'l1', score: 71, score_band: 'hot', score_kind: 'rules' }, { id: 'l2' }],
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(isStale('/api/v1/leads')).toBe(true);
    queryClient.setQueryData(apiKey('/api/v1/leads'), {});
    newest().receive(rescored('s2', 72));
    await vi.advanceTimersByTimeAsync(800);
    expect(isStale('/api/v1/leads')).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(isStale('/api/v1/leads')).toBe(true);
  });

  it('resumes after the last event it received', async () => {
    newest().receive(lead('e7'));
    newest().onclose?.({ code: 1006 });
    expect(useRealtimeState.getState().status).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all).toHaveLength(2);
    expect(newest().url.searchParams.get('last_id')).toBe('e7');
  });

  it('resumes from the start position when no event came yet', async () => {
    newest().onclose?.({ code: 1006 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(newest().url.searchParams.get('last_id')).toBe('@5');
  });

  it('loads everything anew when the gap cannot be filled', () => {
    newest().receive({ type: 'resync', reason: 'too old', last_id: '@90' });
    expect(isStale('/api/v1/members')).toBe(true);
  });

  it('stays closed after the end', async () => {
    stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(FakeSocket.all).toHaveLength(1);
    expect(useRealtimeState.getState().status).toBe('off');
  });
});
