/** A key for a new opener that none of the others has: "opener-3". */
export function freeKey(taken: readonly string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`opener-${number}`)) number += 1;
  return `opener-${number}`;
}
