/** Families of events one can look at alone. */
export const TIMELINE_KINDS = [
  'note',
  'email',
  'call',
  'meeting',
  'web',
  'deal',
  'task',
  'score',
  'lead',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];
