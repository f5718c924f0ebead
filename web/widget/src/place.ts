import { isSecret } from './forms.ts';
import { guarded } from './store.ts';
import type { Data, Place, Signals } from './types.ts';

/** Identifiers that advertisers and mailers put into links: which kind it was is told, the value only with consent. */
const CLICK_IDS =
  'gclid gbraid wbraid dclid gclsrc fbclid msclkid ttclid twclid li_fat_id yclid rdt_cid ScCid epik irclickid mc_eid'.split(
    ' ',
  );
const CAMPAIGN = 'source medium campaign term content id'.split(' ');
const SECRETS = /pass|session|auth(?!or)|otp|signature|e-?mail|phone|api.?key/i;
const LONGEST = 2_000;

/** The address without what must not leave the browser: secrets always, click ids unless `marketing`. */
export function cleanAddress(address: string, marketing: boolean): string {
  if (!address) return '';
  try {
    const url = new URL(address);
    for (const [name, value] of [...url.searchParams]) {
      if (SECRETS.test(name) || isSecret(name, value) || (!marketing && CLICK_IDS.includes(name))) {
        url.searchParams.delete(name);
      }
    }
    url.username = url.password = '';
    return url.href.slice(0, LONGEST);
  } catch {
    return '';
  }
}

/** Where the visitor is. With `hash`, routes after "#/" are pages; any other fragment stays in the browser. */
export function here(hash: boolean, referrer: string): Place {
  const { origin, pathname, search } = location;
  const route = hash && /^#!?\//.test(location.hash) ? location.hash.replace(/\?.*/, '') : '';
  return {
    url: origin + pathname + search + route,
    path: pathname + route,
    title: document.title.slice(0, 300),
    referrer,
  };
}

/** `context.page` and what links say of their origin: `campaign`, and `click_ids` where their values may be sent. */
export function describe(place: Place, marketing: boolean): Data {
  const url = cleanAddress(place.url, marketing);
  const asked = new URLSearchParams(/\?[^#]*/.exec(place.url)?.[0]);
  const campaign: Data = {};
  for (const name of CAMPAIGN) {
    const value = asked.get(`utm_${name}`);
    if (value) campaign[name === 'campaign' ? 'name' : name] = value.slice(0, 200);
  }
  const kinds = CLICK_IDS.filter((name) => asked.get(name));
  if (kinds.length) campaign.click_ids = kinds;
  const context: Data = {
    page: {
      ...place,
      url,
      search: url ? new URL(url).search : '',
      referrer: cleanAddress(place.referrer, marketing),
    },
  };
  if (Object.keys(campaign).length) context.campaign = campaign;
  if (marketing && kinds.length) {
    context.click_ids = Object.fromEntries(
      kinds.map((name) => [name, asked.get(name)?.slice(0, 500)]),
    );
  }
  return context;
}

/** Begin to watch for signs of a person; returns the reading of them. */
export function watchSignals(): () => Signals {
  let pointer = false;
  let away = 0;
  let left = 0;
  const look = (): void => {
    if (document.hidden) left = performance.now();
    else away += performance.now() - left;
  };
  if (document.hidden) look();
  document.addEventListener('visibilitychange', look);
  const moved = (event: Event): void => {
    pointer ||= event.isTrusted;
  };
  for (const name of ['pointermove', 'pointerdown', 'keydown', 'touchstart']) {
    addEventListener(name, moved, { capture: true, passive: true });
  }
  return () => ({
    webdriver: navigator.webdriver === true,
    visible_ms: Math.round((document.hidden ? left : performance.now()) - away),
    pointer,
  });
}

/** Call `moved` with the address left behind whenever a single-page app shows another page. */
export function watchRoutes(hash: boolean, moved: (from: string) => void): void {
  let last = here(hash, '');
  const look = guarded(() => {
    const from = last;
    last = here(hash, '');
    if (last.path !== from.path) moved(from.url);
  });
  for (const name of ['pushState', 'replaceState'] as const) {
    const original = history[name];
    history[name] = function (this: History, ...given) {
      original.apply(this, given);
      look();
    };
  }
  addEventListener('popstate', look);
  if (hash) addEventListener('hashchange', look);
}
