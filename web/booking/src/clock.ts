/** The time as the server has it: a device's own clock may be hours or years off. */

const TOLERATED_MILLISECONDS = 60_000;
let ahead = 0;

/** Compare the device's clock with the server's at the moment the page was made. */
export function setClock(serverTime: string): void {
  const difference = Date.parse(serverTime) - Date.now();
  ahead = Math.abs(difference) > TOLERATED_MILLISECONDS ? difference : 0;
}

/** Milliseconds since 1970. */
export const now = (): number => Date.now() + ahead;
