export const SNOOZES = ['hour', 'evening', 'tomorrow', 'monday'] as const;
export type Snooze = (typeof SNOOZES)[number];

const EVENING = 17;
const MORNING = 9;

/** When a snoozed conversation comes back, in the reader's own time. The evening falls away once it is near. */
export function snoozedUntil(choice: Snooze, now: Date): Date | undefined {
  const at = new Date(now);
  if (choice === 'hour') {
    at.setHours(at.getHours() + 1);
    return at;
  }
  at.setHours(choice === 'evening' ? EVENING : MORNING, 0, 0, 0);
  if (choice === 'evening') {
    return at.getTime() - now.getTime() > 3_600_000 ? at : undefined;
  }
  // Monday is 1 of the seven days that begin with Sunday.
  at.setDate(at.getDate() + (choice === 'tomorrow' ? 1 : (8 - at.getDay()) % 7 || 7));
  return at;
}
