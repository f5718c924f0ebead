/** What the visitor sees of the calendar: zone, month, day, and what to say when there is nothing free. */
import { now } from './clock.ts';
import {
  addDays,
  addMonths,
  type Day,
  dayIn,
  firstWeekday,
  type Month,
  monthOf,
  moveMonths,
  weekday,
} from './dates.ts';
import { habits } from './memory.ts';
import type { Slot, Slots } from './slots.ts';
import { currentLocale, type HourCycle, usualHours } from './texts.ts';

export type Status = 'ready' | 'loading' | 'failed';

/** Sentences the picker says; the view puts them into words. */
export type Notice =
  | { kind: 'jumped'; from: Month; day: Day }
  | { kind: 'empty'; month: Month; next: Day | null }
  | null;

const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** Whether the browser knows the zone. */
export function knownZone(zone: string | null | undefined): zone is string {
  if (!zone) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

export class Picker {
  zone: string;
  hours: HourCycle;
  month: Month;
  day: Day | null = null;
  /** The day that has the keyboard's attention in the grid. */
  focused: Day;
  status: Status = 'ready';
  notice: Notice = null;
  /** Nothing is free in any month: the waiting list is all there is. */
  exhausted = false;
  readonly firstWeekday = firstWeekday(currentLocale());
  private dayOf: (instant: number) => Day;
  private turn = 0;

  constructor(
    readonly slots: Slots,
    public length: number,
    private changed: () => void,
    wanted: { zone?: string | null; day?: Day | null; month?: Month | null } = {},
  ) {
    this.zone = knownZone(wanted.zone) ? wanted.zone : ownZone();
    this.dayOf = dayIn(this.zone);
    const hours = habits.read('hours');
    this.hours = hours === 'h12' || hours === 'h23' ? hours : usualHours();
    this.day = wanted.day && wanted.day >= this.today ? wanted.day : null;
    this.focused = this.day ?? this.today;
    this.month = this.bounded(this.day ? monthOf(this.day) : (wanted.month ?? this.firstMonth));
  }

  get today(): Day {
    return this.dayOf(now());
  }

  get firstMonth(): Month {
    return monthOf(this.today);
  }

  get lastMonth(): Month {
    return this.slots.lastMonth < this.firstMonth ? this.firstMonth : this.slots.lastMonth;
  }

  /** Free slots of the shown month by local day. */
  days(): Map<Day, Slot[]> {
    const found = new Map<Day, Slot[]>();
    for (const slot of this.slots.of(this.month, this.length) ?? []) {
      const day = this.dayOf(slot.start);
      if (monthOf(day) !== this.month) continue;
      const others = found.get(day);
      if (others) others.push(slot);
      else found.set(day, [slot]);
    }
    return found;
  }

  localDay(instant: number): Day {
    return this.dayOf(instant);
  }

  /** Begin: the wanted or first month; where it has nothing free, the first one that has. */
  async open(): Promise<void> {
    await this.show(this.month, true);
  }

  /** Show a month. `jump` goes on to the first free day where it has none, and says so. */
  async show(month: Month, jump = false): Promise<void> {
    const turn = ++this.turn;
    this.month = this.bounded(month);
    this.notice = null;
    if (monthOf(this.focused) !== this.month) this.focused = this.firstDayOf(this.month);
    const known = this.slots.of(this.month, this.length) !== undefined;
    this.status = known ? 'ready' : 'loading';
    if (known) this.settle();
    this.changed();
    try {
      await this.slots.ensure(this.month, this.length);
      if (turn !== this.turn) return;
      this.status = 'ready';
      this.settle();
      if (this.days().size === 0) await this.lookAhead(turn, jump);
      if (turn !== this.turn) return;
    } catch {
      if (turn !== this.turn) return;
      // Times that were loaded a moment ago stay: the server has the last word on each anyway.
      if (this.slots.of(this.month, this.length) === undefined) this.status = 'failed';
    }
    this.changed();
    this.prefetch();
  }

  choose(day: Day): void {
    this.day = day;
    this.focused = day;
    this.notice = null;
    this.changed();
  }

  /** Move the keyboard's attention; leaving the month turns the page. */
  moveFocus(to: Day): void {
    const last = addDays(`${addMonths(this.lastMonth, 1)}-01`, -1);
    const earliest = this.today;
    this.focused = to < earliest ? earliest : to > last ? last : to;
    if (monthOf(this.focused) !== this.month) void this.show(monthOf(this.focused));
    else this.changed();
  }

  setZone(zone: string): void {
    this.zone = zone;
    this.dayOf = dayIn(zone);
    void this.show(this.month < this.firstMonth ? this.firstMonth : this.month);
  }

  setLength(length: number): void {
    this.length = length;
    this.exhausted = false;
    void this.show(this.month, true);
  }

  setHours(hours: HourCycle): void {
    this.hours = hours;
    habits.write('hours', hours);
    this.changed();
  }

  /** Look again: time has passed, or somebody was faster. */
  refresh(): Promise<void> {
    return this.show(this.month);
  }

  private bounded(month: Month): Month {
    if (month < this.firstMonth) return this.firstMonth;
    return month > this.lastMonth ? this.lastMonth : month;
  }

  private firstDayOf(month: Month): Day {
    const first = `${month}-01`;
    return first < this.today ? this.today : first;
  }

  /** Keep the chosen day if it is free in this month, else choose the first that is. */
  private settle(): void {
    const days = this.days();
    if (this.day && days.has(this.day)) return;
    this.day = days.keys().next().value ?? null;
    if (this.day && !document.activeElement?.closest('[role=grid]')) this.focused = this.day;
  }

  private async lookAhead(turn: number, jump: boolean): Promise<void> {
    const month = this.month;
    this.notice = { kind: 'empty', month, next: null };
    // A month's bounds reach into its neighbours: a slot that belongs to the next month is found there.
    const later = (slot: Slot) => monthOf(this.dayOf(slot.start)) > month;
    const found = await this.slots.firstFrom(month, this.length, later);
    if (turn !== this.turn) return;
    if (!found) {
      this.exhausted = month === this.firstMonth;
      return;
    }
    const day = this.dayOf(found.start);
    if (!jump) {
      this.notice = { kind: 'empty', month, next: day };
      return;
    }
    await this.show(monthOf(day));
    if (this.month !== monthOf(day)) return;
    this.notice = { kind: 'jumped', from: month, day };
    this.changed();
  }

  private prefetch(): void {
    const next = addMonths(this.month, 1);
    if (next > this.lastMonth || this.exhausted) return;
    const ahead = () => this.slots.ensure(next, this.length).catch(() => undefined);
    if ('requestIdleCallback' in window) requestIdleCallback(() => void ahead());
    else setTimeout(() => void ahead(), 500);
  }
}

/** Where a key leads in the date grid (WAI-ARIA date picker), or null if it is no key of the grid. */
export function dayOfKey(
  key: string,
  shift: boolean,
  from: Day,
  first: number,
  rightToLeft: boolean,
): Day | null {
  const column = (weekday(from) - first + 7) % 7;
  const ahead = rightToLeft ? -1 : 1;
  switch (key) {
    case 'ArrowLeft':
      return addDays(from, -ahead);
    case 'ArrowRight':
      return addDays(from, ahead);
    case 'ArrowUp':
      return addDays(from, -7);
    case 'ArrowDown':
      return addDays(from, 7);
    case 'Home':
      return addDays(from, -column);
    case 'End':
      return addDays(from, 6 - column);
    case 'PageUp':
      return moveMonths(from, shift ? -12 : -1);
    case 'PageDown':
      return moveMonths(from, shift ? 12 : 1);
    default:
      return null;
  }
}
