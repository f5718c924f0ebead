import { type Me, useMe } from './session';

/** True when the person holds the permission ("leads:write"). */
export function may(me: Pick<Me, 'permissions'>, permission: string | undefined): boolean {
  return permission === undefined || me.permissions.includes(permission);
}

export function useMay(permission: string | undefined): boolean {
  return may(useMe(), permission);
}
