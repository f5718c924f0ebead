import { ApiError, errorFrom, networkError } from './errors';

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const NO_REFRESH =
  /\/auth\/(login|passkey|refresh|sign-up|logout|password\/|verify-email|invitations\/)/;
const REFRESHED_AT = 'tw-refreshed-at';

/** Value of a readable cookie, or undefined. */
export function cookie(name: string): string | undefined {
  const found = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : undefined;
}

let sessionLost: () => void = () => undefined;

/** Sets what happens when the session cannot be renewed (the app goes to the login page). */
export function onSessionLost(listener: () => void): void {
  sessionLost = listener;
}

let askProof: (methods: string[]) => Promise<boolean> = async () => false;

/** Sets who asks the person to prove who they are before a dangerous action; resolves to whether they did. */
export function onProofNeeded(ask: (methods: string[]) => Promise<boolean>): void {
  askProof = ask;
}

let enrolmentNeeded: () => void = () => undefined;

/** Sets what happens when the organisation requires a second factor first. */
export function onEnrolmentNeeded(listener: () => void): void {
  enrolmentNeeded = listener;
}

let proving: Promise<boolean> | undefined;

/** Whether a refused request may be repeated: the person has just proven who they are, or a stale cookie is new. */
async function mayRepeat(refused: Response, startedAt: number): Promise<boolean> {
  const { code, body } = await errorFrom(refused);
  // The server's keys have changed since the cookie was made.
  if (code === 'identity.csrf') return refreshSession(startedAt);
  if (code === 'identity.second_factor_required') enrolmentNeeded();
  if (code !== 'identity.step_up_required') return false;
  // Several requests refused at once ask once.
  proving ??= askProof((body.methods as string[] | undefined) ?? []).finally(() => {
    proving = undefined;
  });
  return proving;
}

function lastRefresh(): number {
  try {
    return Number(localStorage.getItem(REFRESHED_AT) ?? 0);
  } catch {
    return 0;
  }
}

let refreshing: Promise<boolean> | undefined;

/** Renews the session once for all waiting requests; other tabs are waited for, not raced. */
function refreshSession(failedAt: number): Promise<boolean> {
  const run = async () => {
    // Two tabs spending one refresh token would look like theft to the server.
    if (lastRefresh() > failedAt) return true;
    const response = await fetch('/api/v1/auth/refresh', {
      method: 'POST',
      headers: csrfHeader(),
      credentials: 'same-origin',
    }).catch(() => undefined);
    if (!response?.ok) return false;
    try {
      localStorage.setItem(REFRESHED_AT, String(Date.now()));
    } catch {
      // without storage other tabs simply refresh by themselves
    }
    return true;
  };
  refreshing ??= (
    navigator.locks ? (navigator.locks.request('tw-refresh', run) as Promise<boolean>) : run()
  ).finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

export function csrfHeader(): Record<string, string> {
  const token = cookie('tw_csrf');
  return token ? { 'X-CSRF-Token': token } : {};
}

function withCsrf(request: Request): Request {
  const token = cookie('tw_csrf');
  if (token && WRITES.has(request.method)) request.headers.set('X-CSRF-Token', token);
  return request;
}

/**
 * `fetch` for the API: CSRF header on writes, one session renewal on 401, a proof of identity where one is
 * needed, every failure thrown as ApiError.
 */
export async function apiFetch(input: Request): Promise<Response> {
  const startedAt = Date.now();
  const send = () => fetch(withCsrf(input.clone()));
  let response: Response;
  try {
    response = await send();
    if (response.status === 401 && !NO_REFRESH.test(input.url)) {
      if (await refreshSession(startedAt)) response = await send();
      if (response.status === 401) sessionLost();
    }
    if (response.status === 403 && (await mayRepeat(response, startedAt))) response = await send();
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    throw reason instanceof ApiError ? reason : networkError(reason);
  }
  if (!response.ok) throw await errorFrom(response);
  return response;
}
