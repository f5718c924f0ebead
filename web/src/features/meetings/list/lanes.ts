interface Span {
  starts_at: string;
  ends_at: string;
}

export interface Placed<Item> {
  item: Item;
  /** Which of the lanes side by side, from 0. */
  lane: number;
  lanes: number;
}

/** Puts what happens at the same time side by side; each group is as wide as its busiest moment. */
export function lanesOf<Item extends Span>(items: readonly Item[]): Placed<Item>[] {
  const sorted = [...items].sort((one, other) => one.starts_at.localeCompare(other.starts_at));
  const placed: Placed<Item>[] = [];
  let group: Placed<Item>[] = [];
  let ends: number[] = [];
  for (const item of sorted) {
    const start = Date.parse(item.starts_at);
    if (group.length > 0 && ends.every((end) => end <= start)) {
      group = [];
      ends = [];
    }
    const free = ends.findIndex((end) => end <= start);
    const lane = free < 0 ? ends.length : free;
    ends[lane] = Date.parse(item.ends_at);
    const entry = { item, lane, lanes: ends.length };
    group.push(entry);
    for (const one of group) one.lanes = ends.length;
    placed.push(entry);
  }
  return placed;
}
