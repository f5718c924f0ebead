import { allowed, privacySignal, readChoice, writeChoice } from './consent.ts';
import { readForm } from './forms.ts';
import { describe, here, watchRoutes, watchSignals } from './place.ts';
import { createQueue } from './queue.ts';
import {
  guarded,
  ID_SECONDS,
  randomId,
  readCookie,
  readLocal,
  writeCookie,
  writeLocal,
} from './store.ts';
import type { Choice, Data, Draft, Settings } from './types.ts';

const ID = 'tw_id';
const USER = 'tw_user';
const MOST_HELD = 100;
/** Single-page apps set the title a moment after the address. */
const TITLE_MS = 60;
const LONGEST_WAIT_MS = 60_000;

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null;

/** What the page may call. */
export interface Tracker {
  page(category?: string | Data, name?: string | Data, properties?: Data): void;
  track(event: string, properties?: Data): void;
  identify(userId?: string | null | Data, traits?: Data): void;
  group(groupId: string, traits?: Data): void;
  alias(userId: string, previousId?: string): void;
  consent(choice: Choice): void;
  reset(): void;
  ready(callback: () => void): void;
  /** Load the settings and watch the page; called once, after the calls of the stub. */
  begin(): void;
}

/** The tracker of the page, set up by the attributes of the snippet's tag. */
export function createTracker(script: HTMLScriptElement): Tracker {
  const { key = '', host, hash, auto, chat } = script.dataset;
  const { origin } = new URL(host ?? script.src);
  const byHash = hash !== undefined;
  const signals = watchSignals();
  const callbacks: (() => void)[] = [];
  let settings: Settings | undefined;
  const choice = readChoice();
  let held: Draft[] = [];
  let referrer = document.referrer;
  // Kept in memory as well: cookies may be blocked, and then the page is the visit.
  let anonymous: string | undefined;
  let user: string | undefined;
  let turning: ReturnType<typeof setTimeout> | undefined;

  const queue = createQueue(`${origin}/v1/b`, key, (lines) => {
    const shared = {
      library: { name: 'tradewind.js', version: '1' },
      userAgent: navigator.userAgent,
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      screen: { width: screen.width, height: screen.height },
    };
    const head = JSON.stringify({ writeKey: key, sentAt: new Date(), context: shared });
    return `${head.slice(0, -1)},"batch":[${lines}]}`;
  });

  /** The visitor's id, from a cookie that ends thirteen months after it was first set. */
  const visitor = (): string => {
    const [id, since] = (readCookie(ID) ?? '').split('.');
    const now = Math.floor(Date.now() / 1_000);
    const start = id && since ? Number.parseInt(since, 36) : now;
    anonymous = id || anonymous || randomId();
    // Written anew each time: some browsers shorten the life of such cookies to a week.
    writeCookie(ID, `${anonymous}.${start.toString(36)}`, start + ID_SECONDS - now);
    return anonymous;
  };

  const enqueue = (
    { type, messageId, timestamp, place, signals, body }: Draft,
    urgent?: boolean,
  ): void => {
    const now = allowed(choice, settings);
    const anonymousId = visitor();
    user ??= readLocal(USER) ?? undefined;
    if (body.userId) {
      if (type === 'alias') body.previousId ??= user ?? anonymousId;
      user = String(body.userId);
      writeLocal(USER, user);
    }
    const context = {
      ...describe(place, now.marketing === true),
      consent: { analytics: true, marketing: now.marketing === true },
      gpc: privacySignal(),
      signals,
    };
    const event = { type, messageId, timestamp, anonymousId, userId: user, ...body, context };
    queue.push(JSON.stringify(event), urgent);
  };

  const forget = (): void => {
    anonymous = user = undefined;
    // Even taking a cookie away writes one for an instant.
    if (readCookie(ID)) writeCookie(ID, '', 0);
    writeLocal(USER);
  };

  /** Act on what is allowed now: send what was held, hold on, or forget everything. */
  const decide = (): void => {
    const { analytics } = allowed(choice, settings);
    if (analytics) for (const draft of held.splice(0)) enqueue(draft);
    else if (choice.analytics === false) {
      held = [];
      queue.clear();
      forget();
    }
  };

  const emit = (type: Draft['type'], body: Data, urgent?: boolean, hints?: Data): void => {
    const draft: Draft = {
      type,
      messageId: randomId(),
      timestamp: new Date().toISOString(),
      place: here(byHash, referrer),
      signals: { ...signals(), ...hints },
      // A copy: the caller may go on changing its object.
      body: JSON.parse(JSON.stringify(body)),
    };
    if (allowed(choice, settings).analytics) enqueue(draft, urgent);
    else if (choice.analytics !== false) held = [...held, draft].slice(-MOST_HELD);
  };

  const page: Tracker['page'] = (...given) => {
    const [name, category] = given.filter((part) => typeof part === 'string').reverse();
    emit('page', { name, category, properties: given.find(isData) ?? {} });
  };

  /** A page view by itself, where the site and the source's settings want them. */
  const seen = guarded(() => {
    if (auto !== 'false') ready(() => settings?.capture_page_views === false || page());
  });

  const loaded = (found: Settings): void => {
    settings = found;
    decide();
    for (const callback of callbacks.splice(0)) guarded(callback)();
  };

  const load = guarded((wait: number) => {
    const again = (): void => {
      setTimeout(load, wait, Math.min(wait * 2, LONGEST_WAIT_MS));
    };
    fetch(`${origin}/v1/projects/${encodeURIComponent(key)}/settings`, { credentials: 'omit' })
      .then((answer) => {
        // Until the settings are known nothing is assumed to be allowed; a refused key will stay refused.
        if (answer.status === 429 || answer.status > 499) again();
        else if (answer.ok) return answer.json().then((told) => loaded(told.tradewind ?? {}));
      }, again)
      .catch(() => undefined);
  });

  const submitted = ({ target }: Event): void => {
    if (!(target instanceof HTMLFormElement)) return;
    const form = readForm(target);
    if (!form) return;
    const hints = form.honeypot ? { honeypot: true } : undefined;
    const id = (name: string): string | undefined => target.getAttribute(name) ?? undefined;
    ready(() => {
      if (settings?.capture_forms === false) return;
      if (form.traits.email) emit('identify', { traits: form.traits }, true, hints);
      const properties = { form_id: id('id'), form_name: id('name'), fields: form.fields };
      emit('track', { event: 'Form Submitted', properties }, true, hints);
    });
  };

  const clicked = ({ target }: Event): void => {
    const marked = (target as Element | null)?.closest?.('[data-tw-event]');
    if (!marked) return;
    const { event, ...properties } = Object.fromEntries(
      Array.from(marked.attributes)
        .filter(({ name }) => name.startsWith('data-tw-'))
        .map(({ name, value }) => [name.slice(8), value]),
    );
    emit('track', { event, properties }, true);
  };

  const moved = (from: string): void => {
    // On the way through a redirect the page left behind stays the one before it.
    if (!turning) referrer = from;
    clearTimeout(turning);
    turning = setTimeout(() => {
      turning = undefined;
      seen();
    }, TITLE_MS);
  };

  const ready: Tracker['ready'] = (callback) => {
    if (settings) callback();
    else callbacks.push(callback);
  };

  return {
    page: guarded(page),
    track: guarded((event, properties = {}) => emit('track', { event, properties })),
    identify: guarded((first, second) => {
      const userId = isData(first) ? undefined : (first ?? undefined);
      emit('identify', { userId, traits: (isData(first) ? first : second) ?? {} }, true);
    }),
    group: guarded((groupId, traits = {}) => emit('group', { groupId, traits })),
    alias: guarded((userId, previousId) => emit('alias', { userId, previousId }, true)),
    consent: guarded((next) => {
      for (const part of ['analytics', 'marketing'] as const) {
        if (typeof next[part] === 'boolean') choice[part] = next[part];
      }
      writeChoice(choice);
      decide();
    }),
    reset: guarded(forget),
    ready: guarded(ready),
    begin: guarded(() => {
      load(1_000);
      // Not a tag: pages may forbid scripts to name the source of another one.
      if (chat) import(/* @vite-ignore */ `${origin}/chat/widget.js`).catch(() => undefined);
      document.addEventListener('submit', guarded(submitted), true);
      document.addEventListener('click', guarded(clicked), true);
      watchRoutes(byHash, guarded(moved));
      addEventListener(
        'pagehide',
        guarded(() => queue.leave(true)),
      );
      document.addEventListener(
        'visibilitychange',
        guarded(() => document.hidden && queue.leave(false)),
      );
      addEventListener(
        'pageshow',
        guarded((event: PageTransitionEvent) => {
          if (!event.persisted) return;
          queue.comeBack();
          seen();
        }),
      );
      // A page that is only being prepared has not been seen yet.
      if ((document as Document & { prerendering?: boolean }).prerendering) {
        document.addEventListener('prerenderingchange', seen, { once: true });
      } else seen();
    }),
  };
}
