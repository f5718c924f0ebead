interface Dated {
  created_at: string;
}

/** Whether a day begins with the entry: the first one, or one of another day than the entry before. */
export function beginsDay(entry: Dated, before: Dated | undefined): boolean {
  if (!before) return true;
  return new Date(entry.created_at).toDateString() !== new Date(before.created_at).toDateString();
}
