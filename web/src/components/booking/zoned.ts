const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(zone: string, instant: Date): Record<string, number> {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
}

/** What the clock of a zone shows at an instant, as if that were UTC, in milliseconds. */
function wallClock(zone: string, instant: Date): number {
  const { year = 0, month = 1, day, hour, minute, second } = partsOf(zone, instant);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** The day in a zone: "2026-11-24". */
export function dayIn(zone: string, instant: Date): string {
  return new Date(wallClock(zone, instant)).toISOString().slice(0, 10);
}

/** Minutes since midnight on the clock of a zone. */
export function minutesIn(zone: string, instant: Date): number {
  const clock = new Date(wallClock(zone, instant));
  return clock.getUTCHours() * 60 + clock.getUTCMinutes();
}

/** The instant at which the clock of a zone shows that time; a time left out by a clock change moves on with it. */
export function instantAt(zone: string, day: string, minutes: number): Date {
  const wanted = Date.parse(`${day}T00:00:00Z`) + minutes * 60_000;
  const first = wanted - (wallClock(zone, new Date(wanted)) - wanted);
  const second = wanted - (wallClock(zone, new Date(first)) - first);
  return new Date(second);
}

/** "2026-11-30" and 2 → "2026-12-02". */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

/** The Monday of the week a day lies in. */
export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** Seven days from one on. */
export function weekFrom(day: string): string[] {
  return Array.from({ length: 7 }, (_, index) => addDays(day, index));
}
