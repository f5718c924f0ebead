import { describe, expect, it } from 'vitest';
import { promiseNow, spanOf } from './promise';

const NOW = Date.UTC(2026, 10, 22, 12);
const at = (minutes: number) => new Date(NOW + minutes * 60_000).toISOString();

describe('a promised reply', () => {
  it('is nobody’s while the agent answers, and over when closed', () => {
    expect(promiseNow({ state: 'agent', due_at: at(5) }, NOW)).toBeUndefined();
    expect(promiseNow({ state: 'closed', due_at: at(5) }, NOW)).toBeUndefined();
    expect(promiseNow({ state: 'person', due_at: null }, NOW)).toBeUndefined();
  });

  it('runs, comes near and is broken', () => {
    const waiting = (minutes: number) => promiseNow({ state: 'waiting', due_at: at(minutes) }, NOW);
    expect(waiting(30)).toMatchObject({ state: 'fine', minutes: 30 });
    expect(waiting(10)).toMatchObject({ state: 'soon', minutes: 10 });
    expect(waiting(0.2)).toMatchObject({ state: 'soon', minutes: 1 });
    expect(waiting(-0.2)).toMatchObject({ state: 'late', minutes: -1 });
  });

  it('tells spans as a glance needs them', () => {
    expect(spanOf(-59)).toEqual({ unit: 'minutes', count: 59 });
    expect(spanOf(95)).toEqual({ unit: 'hours', count: 2 });
    expect(spanOf(3000)).toEqual({ unit: 'days', count: 2 });
  });
});
