import { may } from './permissions';
import type { Me } from './session';

interface HomeCandidate {
  to: string;
  permission: string;
}

const CANDIDATES: readonly HomeCandidate[] = [
  { to: '/dashboard', permission: 'dashboard:read' },
  { to: '/leads', permission: 'leads:read' },
];

/** Where "/" leads: the first page that exists and that the person may open. */
export function homePath(me: Me, hasPage: (path: string) => boolean): string {
  return (
    CANDIDATES.find(({ to, permission }) => hasPage(to) && may(me, permission))?.to ??
    '/get-started'
  );
}
