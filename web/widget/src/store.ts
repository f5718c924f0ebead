// Cookies and storage that never throw: they may be blocked, full, or forbidden by a sandbox.

const DAY_SECONDS = 86_400;
/** Thirteen months, counted from the first visit and not from the last. */
export const ID_SECONDS = 396 * DAY_SECONDS;

const attempt = <T>(action: () => T, otherwise: T): T => {
  try {
    return action();
  } catch {
    return otherwise;
  }
};

/** The same function, except that what it throws goes no further: the page we are a guest of must not suffer. */
// biome-ignore lint/suspicious/noExplicitAny: any function is wrapped as it is
export const guarded = <F extends (...given: any[]) => void>(action: F): F =>
  ((...given) => attempt(() => action(...given), undefined)) as F;

/** Value of a cookie, or undefined. */
export const readCookie = (name: string): string | undefined =>
  attempt(
    () =>
      document.cookie
        .split('; ')
        .find((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
    undefined,
  );

const put = (name: string, value: string, seconds: number, domain: string): void =>
  attempt(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain http and in older browsers
    document.cookie =
      `${name}=${value};path=/;max-age=${seconds};samesite=lax` +
      (domain && `;domain=${domain}`) +
      (location.protocol === 'https:' ? ';secure' : '');
  }, undefined);

let found: string | undefined;

/** The widest domain that this host may set cookies for, by trial: browsers know the public suffixes, we do not. */
export const cookieDomain = (host = location.hostname): string => {
  if (found !== undefined) return found;
  const labels = host.split('.');
  // An address of numbers has no parent, neither has a single name.
  if (!/^[\d.]+$|]/.test(host)) {
    for (let count = 2; count <= labels.length; count++) {
      const domain = labels.slice(-count).join('.');
      put('tw_try', '1', 9, domain);
      const taken = readCookie('tw_try');
      put('tw_try', '', 0, domain);
      if (taken) {
        found = domain;
        return domain;
      }
    }
  }
  found = '';
  return found;
};

/** Set a cookie for the whole site; zero seconds remove it. */
export const writeCookie = (name: string, value: string, seconds: number): void =>
  put(name, value, seconds, cookieDomain());

/** Value in localStorage, or null. */
export const readLocal = (name: string): string | null =>
  attempt(() => localStorage.getItem(name), null);

/** Store in localStorage; an undefined or empty value removes. */
export const writeLocal = (name: string, value?: string): void =>
  attempt(
    () => (value ? localStorage.setItem(name, value) : localStorage.removeItem(name)),
    undefined,
  );

/** All names in localStorage. */
export const localNames = (): string[] => attempt(() => Object.keys(localStorage), []);

/** A random id, also where crypto.randomUUID is missing (plain http). */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-');
