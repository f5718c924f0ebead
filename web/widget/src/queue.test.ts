import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createQueue } from './queue.ts';

type Answer = { status: number; after?: string } | 'offline';
let sent: string[][];
let answers: Answer[];
let keepalives: (boolean | undefined)[];

const envelope = (lines: string[]) => JSON.stringify(lines);
const make = () => createQueue('https://collector.example/v1/b', 'tw_pub_key', envelope);
const kept = () =>
  Object.values(localStorage).flatMap((value) => String(value).split('\n').slice(1));

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0);
  localStorage.clear();
  sent = [];
  answers = [];
  keepalives = [];
  // Browsers of today have it, the test page has not.
  Object.defineProperty(Request.prototype, 'keepalive', { value: true, configurable: true });
  vi.stubGlobal('fetch', (_url: string, request: RequestInit) => {
    sent.push(JSON.parse(String(request.body)));
    keepalives.push(request.keepalive);
    const answer = answers.shift() ?? { status: 200 };
    if (answer === 'offline') return Promise.reject(new TypeError('Failed to fetch'));
    const headers = new Headers(answer.after ? { 'Retry-After': answer.after } : {});
    return Promise.resolve({ status: answer.status, ok: answer.status < 300, headers });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test('events gather for a moment and leave together; what is taken is forgotten', async () => {
  const queue = make();
  queue.push('1');
  await vi.advanceTimersByTimeAsync(150);
  queue.push('2');
  expect(kept()).toEqual(['1', '2']);
  await vi.advanceTimersByTimeAsync(60);
  expect(sent).toEqual([['1', '2']]);
  expect(kept()).toEqual([]);
});

test('an urgent event takes the others along at once', async () => {
  const queue = make();
  queue.push('1');
  queue.push('2', true);
  queue.push('3');
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([['1', '2', '3']]);
});

test.each([429, 503])('%i keeps the events for as long as Retry-After says', async (status) => {
  answers = [{ status, after: '7' }];
  const queue = make();
  queue.push('1', true);
  await vi.advanceTimersByTimeAsync(0);
  queue.push('2', true);
  await vi.advanceTimersByTimeAsync(6_900);
  expect(sent).toEqual([['1']]);
  await vi.advanceTimersByTimeAsync(200);
  expect(sent).toEqual([['1'], ['1', '2']]);
  expect(kept()).toEqual([]);
});

test('without Retry-After the waits double', async () => {
  answers = [{ status: 500 }, 'offline', { status: 502 }];
  make().push('1', true);
  const moments: number[] = [];
  for (let tick = 0; tick < 100; tick++) {
    const before = sent.length;
    await vi.advanceTimersByTimeAsync(100);
    if (sent.length > before) moments.push((tick + 1) / 10);
  }
  expect(moments).toEqual([0.1, 1, 3, 7]);
  expect(kept()).toEqual([]);
});

test.each([400, 401, 413])(
  '%i means never: the events are dropped, later ones go on',
  async (status) => {
    answers = [{ status }];
    const queue = make();
    queue.push('1', true);
    await vi.advanceTimersByTimeAsync(10_000);
    queue.push('2', true);
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual([['1'], ['2']]);
  },
);

test('leaving the page sends what waits within 64 KB and keeps the rest for the next page', async () => {
  const queue = make();
  const large = 'x'.repeat(25_000);
  for (const name of ['a', 'b', 'c']) queue.push(name + large);
  queue.leave(true);
  expect(sent.map((lines) => lines.map((line) => line[0]))).toEqual([['a', 'b']]);
  expect(keepalives).toEqual([true]);
  for (let turn = 0; turn < 5; turn++) await null; // the answer arrives, no timer runs any more
  expect(kept().map((line) => line[0])).toEqual(['c']);
});

test('a browser whose requests end with the page gets a beacon', () => {
  Reflect.deleteProperty(Request.prototype, 'keepalive');
  const beacon = vi.spyOn(navigator, 'sendBeacon').mockReturnValue(true);
  const queue = make();
  queue.push('1');
  queue.leave(true);
  expect(beacon).toHaveBeenCalledWith('https://collector.example/v1/b', '["1"]');
  expect(kept()).toEqual([]);
});

test('a batch above 64 KB goes without keepalive, which would fail', async () => {
  const queue = make();
  for (const name of ['a', 'b', 'c']) queue.push(name + 'é'.repeat(12_000));
  await vi.advanceTimersByTimeAsync(200);
  expect(sent.map((lines) => lines.length)).toEqual([3]);
  expect(keepalives).toEqual([false]);
});

test('the next page adopts what a closed one left; a living tab keeps its own', async () => {
  answers = ['offline'];
  const closed = make();
  closed.push('left', true);
  await vi.advanceTimersByTimeAsync(0);
  closed.leave(true);
  localStorage.setItem('tw_q__pub_key_other', `${Date.now()}\nliving`);
  localStorage.setItem('tw_q_another1_x', '0\nof another source');
  vi.clearAllTimers(); // the closed page's own timers end with it
  make();
  await vi.advanceTimersByTimeAsync(5_010);
  expect(sent).toEqual([['left'], ['left']]);
  expect(kept().sort()).toEqual(['living', 'of another source']);
  // Untouched for longer than any wait between tries: that tab has died.
  vi.setSystemTime(Date.now() + 400_000);
  make();
  await vi.advanceTimersByTimeAsync(5_010);
  expect(sent.at(-1)).toEqual(['living']);
});

test('back from the cache, a page does not send what another page has taken over', async () => {
  answers = ['offline'];
  const queue = make();
  queue.push('1', true);
  await vi.advanceTimersByTimeAsync(0);
  queue.leave(true);
  localStorage.clear();
  queue.comeBack();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toEqual([['1']]);
});

test('a queue never grows without end, and clearing forgets all of it', async () => {
  answers = ['offline'];
  const queue = make();
  queue.push('first', true);
  await vi.advanceTimersByTimeAsync(0);
  for (let number = 0; number < 600; number++) queue.push(`${number}`);
  expect(kept()).toHaveLength(500);
  expect(kept().at(-1)).toBe('599');
  queue.clear();
  expect(kept()).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
});

test('without storage events still arrive', async () => {
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  make().push('1', true);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([['1']]);
});
