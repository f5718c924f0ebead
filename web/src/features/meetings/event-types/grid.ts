import { dayIn, minutesIn } from '@/components/booking/zoned';

export interface GridSlot {
  starts_at: string;
}

export interface Placed<Slot> {
  slot: Slot;
  /** Minutes since midnight. */
  at: number;
}

/** Slots by the day they begin on in a zone. */
export function byDay<Slot extends GridSlot>(
  slots: readonly Slot[],
  zone: string,
): Map<string, Placed<Slot>[]> {
  const days = new Map<string, Placed<Slot>[]>();
  for (const slot of slots) {
    const instant = new Date(slot.starts_at);
    const day = dayIn(zone, instant);
    const list = days.get(day) ?? [];
    list.push({ slot, at: minutesIn(zone, instant) });
    days.set(day, list);
  }
  return days;
}

/** First and last whole hour to draw: the working day, and wider where something is offered. */
export function hoursShown(minutes: readonly number[], from = 7, to = 20): [number, number] {
  const first = Math.min(from, ...minutes.map((at) => Math.floor(at / 60)));
  const last = Math.max(to, ...minutes.map((at) => Math.floor(at / 60) + 1));
  return [first, Math.min(24, last)];
}

/** The time meant by a click: the slot under it, else the step before it. */
export function timeAt(
  minutes: number,
  offered: readonly number[],
  height: number,
  step: number,
): number {
  const hit = offered.find((at) => at <= minutes && minutes < at + height);
  return hit ?? Math.floor(minutes / step) * step;
}
