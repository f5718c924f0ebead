/** Free times by month: loaded once, refreshed when they have become old, asked for ahead of the visitor. */
import { now } from './clock.ts';
import { addMonths, boundsOf, type Month } from './dates.ts';
import type { ApiSlot, ApiSlots, PackedSlots } from './types.ts';

export interface Slot {
  /** Instants in milliseconds. */
  start: number;
  end: number;
  seatsLeft: number;
}

/** Answers the free slots that start in [from, to). */
export type Fetch = (from: Date, to: Date, length: number) => Promise<ApiSlots>;

const FRESH_MILLISECONDS = 60_000;
const MINUTE = 60_000;

interface Loaded {
  at: number;
  slots: Slot[];
  /** Where it has none: the first later instant, null if there is none. */
  next: number | null;
}

const instantOf = (text: string | null) => (text === null ? null : Date.parse(text));

export const unpack = (slot: ApiSlot): Slot => ({
  start: Date.parse(slot.starts_at),
  end: Date.parse(slot.ends_at),
  seatsLeft: slot.seats_left ?? 1,
});

/** The times of one event type, by length and month. `lastMonth` ends every search. */
export class Slots {
  private months = new Map<string, Loaded>();
  private pending = new Map<string, Promise<void>>();

  constructor(
    private fetch: Fetch,
    readonly lastMonth: Month,
    private clock: () => number = now,
  ) {}

  /** Take what came with the page. */
  take(packed: PackedSlots): void {
    const slots = packed.starts.map((start, index) => ({
      start: start * MINUTE,
      end: (start + packed.length) * MINUTE,
      seatsLeft: packed.seats_left?.[index] ?? 1,
    }));
    const next = instantOf(packed.next_at);
    for (const month of packed.months) {
      const [from, to] = boundsOf(month);
      const inside = slots.filter((slot) => slot.start >= from && slot.start < to);
      this.months.set(`${packed.length} ${month}`, { at: this.clock(), slots: inside, next });
    }
  }

  /** Slots that may belong to the month (also a day before and after), or undefined before they are loaded. */
  of(month: Month, length: number): Slot[] | undefined {
    const slots = this.months.get(`${length} ${month}`)?.slots;
    return slots?.filter((slot) => slot.start > this.clock());
  }

  /** Load a month unless it is fresh; callers at the same time share one request. */
  ensure(month: Month, length: number): Promise<void> {
    const key = `${length} ${month}`;
    const loaded = this.months.get(key);
    if (loaded && this.clock() - loaded.at < FRESH_MILLISECONDS) return Promise.resolve();
    let pending = this.pending.get(key);
    if (!pending) {
      const [from, to] = boundsOf(month);
      const start = new Date(Math.max(from, this.clock()));
      pending = this.fetch(start, new Date(to), length)
        .then((found) => {
          this.months.set(key, {
            at: this.clock(),
            slots: found.slots.map(unpack),
            next: instantOf(found.next_at),
          });
        })
        .finally(() => this.pending.delete(key));
      this.pending.set(key, pending);
    }
    return pending;
  }

  /** The first month from `month` on that has a slot `wanted` accepts, with that slot; undefined if none has. */
  async firstFrom(
    month: Month,
    length: number,
    wanted: (slot: Slot) => boolean = () => true,
  ): Promise<Slot | undefined> {
    for (let at = month; at <= this.lastMonth; ) {
      await this.ensure(at, length);
      const slots = this.of(at, length) ?? [];
      const found = slots.find(wanted);
      if (found) return found;
      const next = this.months.get(`${length} ${at}`)?.next ?? null;
      if (slots.length === 0 && next === null) return undefined;
      // The empty months between are not asked for; near a month's edge the one before has it, too.
      const jump = next === null ? at : new Date(next).toISOString().slice(0, 7);
      at = jump > at ? jump : addMonths(at, 1);
    }
    return undefined;
  }

  /** A slot that turned out to be taken is not shown again; everything is asked anew when it is looked at. */
  drop(start: number): void {
    for (const loaded of this.months.values()) {
      loaded.slots = loaded.slots.filter((slot) => slot.start !== start);
      loaded.at = 0;
    }
  }
}
