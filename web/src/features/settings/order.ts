/** The list with one entry moved by one place; the same list when it stands at the end already. */
export function moved<T>(list: readonly T[], index: number, step: -1 | 1): T[] {
  const target = index + step;
  const next = [...list];
  const [entry] = next.splice(index, 1);
  if (entry === undefined || target < 0 || target >= list.length) return [...list];
  next.splice(target, 0, entry);
  return next;
}

export interface Weighted {
  user_id: string;
  weight: number;
}

/** Chosen people with their weights; those who were there keep theirs. */
export function withPeople(before: readonly Weighted[], ids: readonly string[]): Weighted[] {
  return ids.map((id) => ({
    user_id: id,
    weight: before.find((person) => person.user_id === id)?.weight ?? 1,
  }));
}
