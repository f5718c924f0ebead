import { describe, expect, it, vi } from 'vitest';
import { Picker } from './picker.ts';
import { Slots } from './slots.ts';
import type { ApiSlots } from './types.ts';

const NOW = Date.parse('2026-11-20T08:00:00Z');

const slot = (starts_at: string) => ({ starts_at, ends_at: starts_at, seats_left: 1 });

/** A server that has these starts. */
function server(...starts: string[]) {
  return vi.fn(async (from: Date, to: Date): Promise<ApiSlots> => {
    const later = starts.filter((start) => Date.parse(start) >= from.getTime());
    const inside = later.filter((start) => Date.parse(start) < to.getTime());
    return { slots: inside.map(slot), next_at: inside.length ? null : (later[0] ?? null) };
  });
}

const none = { length: 30, months: ['2026-11'], starts: [], seats_left: null };

describe('free times', () => {
  it('jump over empty months in one question, and end where nothing is free', async () => {
    const ask = server('2027-03-05T10:00:00Z');
    const slots = new Slots(ask, '2027-06', () => NOW);
    slots.take({ ...none, next_at: '2027-03-05T10:00:00Z' });
    const found = await slots.firstFrom('2026-11', 30);
    expect(new Date(found?.start ?? 0).toISOString()).toBe('2027-03-05T10:00:00.000Z');
    expect(ask).toHaveBeenCalledTimes(1);
    slots.take({ ...none, next_at: null });
    expect(await slots.firstFrom('2026-11', 30)).toBeUndefined();
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it('are asked for once by callers at the same time, and anew after one was taken', async () => {
    const ask = server('2026-12-01T10:00:00Z', '2026-12-01T11:00:00Z');
    const slots = new Slots(ask, '2027-06', () => NOW);
    await Promise.all([slots.ensure('2026-12', 30), slots.ensure('2026-12', 30)]);
    expect(ask).toHaveBeenCalledTimes(1);
    slots.drop(Date.parse('2026-12-01T10:00:00Z'));
    expect(slots.of('2026-12', 30)).toHaveLength(1);
    await slots.ensure('2026-12', 30);
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe('the picker', () => {
  it('goes to the first free day, says so, and tells when there is none', async () => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
    const ask = server('2026-12-31T23:30:00Z');
    const slots = new Slots(ask, '2027-06');
    slots.take({ ...none, next_at: '2026-12-31T23:30:00Z' });
    const drawn: unknown[] = [];
    const picker = new Picker(slots, 30, () => drawn.push(picker.notice), { zone: 'Asia/Tokyo' });
    await picker.open();
    // In Tokyo the year has begun: the month of the visitor counts.
    expect(picker.day).toBe('2027-01-01');
    expect(drawn.at(-1)).toEqual({ kind: 'jumped', from: '2026-11', day: '2027-01-01' });
    picker.setZone('UTC');
    expect(picker.days().size).toBe(0);
    await picker.show('2026-12');
    expect([...picker.days().keys()]).toEqual(['2026-12-31']);

    slots.take({ ...none, next_at: null });
    const idle = new Picker(slots, 30, () => undefined, { zone: 'UTC' });
    await idle.open();
    expect(idle.exhausted).toBe(true);
    vi.useRealTimers();
  });
});
