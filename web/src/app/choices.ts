let known: string[] | undefined;

/** Currency codes to choose from, the usual ones first. */
export function currencies(first: string): string[] {
  known ??= Intl.supportedValuesOf('currency');
  const usual = [first, 'EUR', 'USD', 'GBP', 'CHF'];
  return [...new Set([...usual, ...known])];
}

/** The browser's own time zone, or UTC where it does not know one. */
export function ownTimeZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return Intl.supportedValuesOf('timeZone').includes(timeZone) ? timeZone : 'UTC';
}

/** IANA time zones to choose from, with the `present` one even where the browser does not know it. */
export function timeZones(present: string): string[] {
  const zones = Intl.supportedValuesOf('timeZone');
  return zones.includes(present) ? zones : [present, ...zones];
}
