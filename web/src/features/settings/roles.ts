import type { Schema } from '@/api/api';

export type Role = Schema<'RoleRead'>;
export type Permission = Schema<'PermissionRead'>;

/** The permissions in the server's order, one group an area. */
export function byArea(permissions: readonly Permission[]): [string, Permission[]][] {
  const groups = new Map<string, Permission[]>();
  for (const permission of permissions) {
    groups.set(permission.area, [...(groups.get(permission.area) ?? []), permission]);
  }
  return [...groups];
}

/** What is held after ticking or clearing one permission: what it needs comes along, what needs it goes. */
export function toggled(
  held: readonly string[],
  key: string,
  on: boolean,
  permissions: readonly Permission[],
): string[] {
  const wanted = new Set(held);
  const needs = new Map(permissions.map((permission) => [permission.key, permission.needs]));
  const walk = [key];
  for (let next = walk.pop(); next !== undefined; next = walk.pop()) {
    if (on) {
      wanted.add(next);
      walk.push(...(needs.get(next) ?? []).filter((needed) => !wanted.has(needed)));
    } else {
      wanted.delete(next);
      const gone = next;
      walk.push(...[...wanted].filter((other) => needs.get(other)?.includes(gone)));
    }
  }
  return [...wanted].sort();
}

/** What a role has more and less than another, in the order of the table. */
export function compared(held: readonly string[], other: readonly string[]) {
  return {
    more: held.filter((key) => !other.includes(key)),
    less: other.filter((key) => !held.includes(key)),
  };
}
