import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTracker, type Tracker } from './tracker.ts';
import type { Settings } from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: what went over the wire is looked at as it is
type Wire = any;
let batches: Wire[];
let settings: Settings | number;
let stop: AbortController;

const events = (): Wire[] => batches.flatMap((batch) => batch.batch);
const cookies = () => document.cookie;
const wait = (milliseconds = 300) => vi.advanceTimersByTimeAsync(milliseconds);

const start = async (attributes: Record<string, string> = {}): Promise<Tracker> => {
  const script = document.createElement('script');
  Object.assign(
    script.dataset,
    { key: 'tw_pub_test', host: 'https://collector.example/' },
    attributes,
  );
  const tracker = createTracker(script);
  tracker.begin();
  await wait();
  return tracker;
};

const signal = (name: 'globalPrivacyControl' | 'doNotTrack', value: unknown) =>
  Object.defineProperty(navigator, name, { value, configurable: true });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  for (const name of ['tw_id', 'tw_consent']) {
    // biome-ignore lint/suspicious/noDocumentCookie: the test page has no Cookie Store
    document.cookie = `${name}=;path=/;max-age=0`;
  }
  batches = [];
  settings = {};
  // Listeners of one test's tracker must not hear the next one.
  stop = new AbortController();
  for (const target of [window, document]) {
    const listen = target.addEventListener.bind(target);
    vi.spyOn(target, 'addEventListener').mockImplementation(
      (name: string, listener: Wire, options: Wire) =>
        listen(name, listener, {
          ...(typeof options === 'object' ? options : { capture: options }),
          signal: stop.signal,
        }),
    );
  }
  vi.stubGlobal('fetch', (url: string, request: RequestInit) => {
    expect(url).toMatch(/^https:\/\/collector\.example\/v1\//);
    if (request.method === 'POST') {
      batches.push(JSON.parse(String(request.body)));
      return Promise.resolve({ status: 200, ok: true, headers: new Headers() });
    }
    const status = typeof settings === 'number' ? settings : 200;
    const json = () => Promise.resolve({ integrations: {}, tradewind: settings });
    return Promise.resolve({ status, ok: status === 200, json });
  });
  history.replaceState(
    null,
    '',
    '/pricing?utm_source=news&utm_campaign=spring&gclid=abc&token=s3cret&pw=s3cret&ref=4111111111111111',
  );
});

afterEach(() => {
  stop.abort();
  // The wrappers lie over the prototype's own.
  for (const name of ['pushState', 'replaceState']) Reflect.deleteProperty(history, name);
  signal('globalPrivacyControl', undefined);
  signal('doNotTrack', null);
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('a page view tells where, from which campaign, and nothing secret', async () => {
  const tracker = await start();
  tracker.track('Pricing Opened', { plan: 'pro' });
  await wait();
  const [view, event] = events();
  expect(view).toMatchObject({ type: 'page', properties: {} });
  expect(view.context.page.url).toMatch(
    /\/pricing\?utm_source=news&utm_campaign=spring&gclid=abc$/,
  );
  expect(view.context.campaign).toEqual({ source: 'news', name: 'spring', click_ids: ['gclid'] });
  expect(view.context.click_ids).toEqual({ gclid: 'abc' });
  expect(view.context.consent).toEqual({ analytics: true, marketing: true });
  expect(event).toMatchObject({
    type: 'track',
    event: 'Pricing Opened',
    properties: { plan: 'pro' },
  });
  expect(event.anonymousId).toBe(view.anonymousId);
  expect(event.messageId).not.toBe(view.messageId);
  expect(batches[0].context.library.name).toBe('tradewind.js');
  expect(JSON.stringify(batches)).not.toMatch(/s3cret|4111/);
  expect(cookies()).toContain(`tw_id=${view.anonymousId}.`);
});

test('consent required: nothing is stored or sent before, everything of the page after', async () => {
  settings = { require_consent: true };
  const tracker = await start();
  tracker.track('Early');
  await wait(60_000);
  expect(batches).toEqual([]);
  expect([cookies(), localStorage.length]).toEqual(['', 0]);
  tracker.consent({ analytics: true });
  await wait();
  expect(events().map((event) => event.event ?? event.type)).toEqual(['page', 'Early']);
  const context = events()[0].context;
  expect(context.consent).toEqual({ analytics: true, marketing: false });
  // Without marketing: which kind of click it was, but not its id.
  expect(context.campaign.click_ids).toEqual(['gclid']);
  expect(JSON.stringify(batches)).not.toContain('abc');
  expect(cookies()).toContain('tw_consent=1-');
});

test('consent is remembered by the next page, and its withdrawal erases what was stored', async () => {
  settings = { require_consent: true };
  (await start()).consent({ analytics: true, marketing: true });
  await wait();
  const tracker = await start();
  expect(events()).toHaveLength(2);
  expect(events()[1].anonymousId).toBe(events()[0].anonymousId);
  tracker.identify('user-1');
  await wait();
  expect(localStorage.getItem('tw_user')).toBe('user-1');
  tracker.consent({ analytics: false });
  tracker.track('Unwanted');
  await wait(60_000);
  expect(events()).toHaveLength(3);
  expect(cookies()).toBe('tw_consent=01');
  expect(localStorage.length).toBe(0);
});

test.each([
  ['globalPrivacyControl', true],
  ['doNotTrack', '1'],
] as const)('%s takes marketing away, whatever else was said', async (name, value) => {
  signal(name, value);
  (await start()).consent({ marketing: true });
  await wait();
  expect(events()[0].context).toMatchObject({
    gpc: true,
    consent: { analytics: true, marketing: false },
  });
  expect(JSON.stringify(batches)).not.toContain('abc');
});

test('a signal where consent is required means no until the visitor says yes', async () => {
  signal('globalPrivacyControl', true);
  settings = { require_consent: true };
  const tracker = await start();
  await wait(60_000);
  expect([batches.length, cookies(), localStorage.length]).toEqual([0, '', 0]);
  tracker.consent({ analytics: true, marketing: true });
  await wait();
  expect(events()[0].context.consent).toEqual({ analytics: true, marketing: false });
});

test('a source may choose not to act on the signal; it is told all the same', async () => {
  signal('globalPrivacyControl', true);
  settings = { respect_gpc: false };
  await start();
  expect(events()[0].context).toMatchObject({ gpc: true, consent: { marketing: true } });
});

test('until the settings are known nothing is assumed to be allowed', async () => {
  settings = 503;
  await start();
  expect([batches.length, cookies()]).toEqual([0, '']);
  settings = {};
  await wait(1_000);
  expect(events()).toHaveLength(1);
});

test('routes of a single-page app are page views with the page before as their referrer', async () => {
  await start();
  history.pushState(null, '', '/features');
  await wait();
  history.replaceState(null, '', '/features?tab=2');
  await wait();
  // A redirect: only where it ends was seen.
  history.pushState(null, '', '/old');
  history.replaceState(null, '', '/new');
  await wait();
  const seen = events().map((event) => [event.context.page.path, event.context.page.referrer]);
  expect(seen.map(([path]) => path)).toEqual(['/pricing', '/features', '/new']);
  expect(seen[1]?.[1]).toContain('/pricing?');
  expect(seen[2]?.[1]).toContain('/features?tab=2');
});

test('with data-hash the fragment is the route', async () => {
  history.replaceState(null, '', '/app#/inbox?token=s3cret');
  await start({ hash: '' });
  expect(events()[0].context.page).toMatchObject({ path: '/app#/inbox' });
});

test('a submitted form identifies who sent it; typing alone does not', async () => {
  document.body.innerHTML =
    '<form id="demo" name="Demo"><input name="email"><input name="fax" data-tw-honeypot></form>';
  await start({ auto: 'false' });
  const [email, trap] = document.querySelectorAll('input');
  if (!email || !trap) throw new Error('the test has no fields');
  email.value = 'ada@harbour.example';
  email.dispatchEvent(new Event('input', { bubbles: true }));
  await wait();
  expect(events()).toEqual([]);
  trap.value = 'spam';
  email.form?.dispatchEvent(new Event('submit', { bubbles: true, cancelable: true }));
  await wait(0);
  expect(events()).toMatchObject([
    {
      type: 'identify',
      traits: { email: 'ada@harbour.example' },
      context: { signals: { honeypot: true } },
    },
    {
      type: 'track',
      event: 'Form Submitted',
      properties: { form_id: 'demo', form_name: 'Demo', fields: { email: 'ada@harbour.example' } },
    },
  ]);
});

test('the source decides about forms and page views', async () => {
  settings = { capture_forms: false, capture_page_views: false };
  document.body.innerHTML = '<form><input name="email" value="ada@harbour.example"></form>';
  const tracker = await start();
  document.querySelector('form')?.dispatchEvent(new Event('submit', { bubbles: true }));
  await wait();
  expect(events()).toEqual([]);
  tracker.page('Docs', 'Start', { depth: 2 });
  await wait();
  expect(events()).toMatchObject([
    { type: 'page', category: 'Docs', name: 'Start', properties: { depth: 2 } },
  ]);
});

test('marked elements tell of their clicks', async () => {
  document.body.innerHTML = '<a data-tw-event="Video Played" data-tw-video="tour"><b>Play</b></a>';
  await start({ auto: 'false' });
  document.querySelector('b')?.click();
  await wait();
  expect(events()).toMatchObject([{ event: 'Video Played', properties: { video: 'tour' } }]);
});

test('a known user stays known until reset; alias names who they were', async () => {
  const tracker = await start({ auto: 'false' });
  tracker.track('One');
  tracker.alias('user-7');
  tracker.identify({ plan: 'pro' });
  tracker.group('harbour', { seats: 5 });
  tracker.reset();
  tracker.track('Two');
  await wait();
  const [one, alias, identify, group, two] = events();
  expect(alias).toMatchObject({ type: 'alias', userId: 'user-7', previousId: one.anonymousId });
  expect(identify).toMatchObject({ userId: 'user-7', traits: { plan: 'pro' } });
  expect(group).toMatchObject({ groupId: 'harbour', userId: 'user-7', traits: { seats: 5 } });
  expect(two.userId).toBeUndefined();
  expect(two.anonymousId).not.toBe(one.anonymousId);
});

test('the page never hears of our failures', async () => {
  const tracker = await start({ auto: 'false' });
  const round: Wire = {};
  round.self = round;
  expect(() => tracker.track('Round', round)).not.toThrow();
  expect(() => (tracker as Wire).consent()).not.toThrow();
  tracker.ready(() => {
    throw new Error('of the host page');
  });
  tracker.track('Fine');
  await wait();
  expect(events().map((event) => event.event)).toEqual(['Fine']);
});
