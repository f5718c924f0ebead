import { guarded, localNames, randomId, readLocal, writeLocal } from './store.ts';

/** Browsers give requests that outlive their page 64 KB together. */
const KEEPALIVE_BYTES = 60_000;
const BATCH_BYTES = 400_000;
const ENVELOPE_BYTES = 1_000;
const MOST_EVENTS = 500;
const GATHER_MS = 200;
const ADOPT_MS = 5_000;
const LONGEST_WAIT_MS = 300_000;
/** A queue untouched for longer than any wait between two tries has lost its page. */
const ORPHAN_MS = 400_000;

/** Events on their way: kept in localStorage until the collector has them. */
export interface Queue {
  /** Add an event as JSON; an urgent one does not wait for company. */
  push(line: string, urgent?: boolean): void;
  /** Send what still waits, for the page may not come back; `gone` when it is being left. */
  leave(gone: boolean): void;
  /** The page came back from the browser's cache. */
  comeBack(): void;
  /** Forget everything, also what other pages left. */
  clear(): void;
}

const bytes = (text: string): number => new Blob([text]).size;

/**
 * `envelope` gives the body of a batch around its events. Each page has a queue of its own, so tabs never send each
 * other's events; the queue of a page that is gone is adopted. Whatever is sent twice carries the same messageId.
 */
export function createQueue(
  url: string,
  key: string,
  envelope: (lines: string[]) => string,
): Queue {
  const prefix = `tw_q_${key.slice(-8)}_`;
  const own = prefix + randomId();
  const flying = new Set<string>();
  let waiting: string[] = [];
  let flyingBytes = 0;
  let failures = 0;
  let notBefore = 0;
  let unreachable = false;
  let due = Number.POSITIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const save = (touched = Date.now()): void =>
    writeLocal(own, waiting.length ? [touched, ...waiting].join('\n') : '');

  const schedule = (wait: number): void => {
    const at = Math.max(Date.now() + wait, notBefore);
    // What comes later joins what is due sooner.
    if (at >= due) return;
    due = at;
    clearTimeout(timer);
    timer = setTimeout(guarded(flush), at - Date.now());
  };

  const settle = (lines: string[], size: number, status: number, after?: string | null): void => {
    for (const line of lines) flying.delete(line);
    flyingBytes -= size;
    unreachable = !status;
    if (unreachable || status === 408 || status === 429 || status > 499) {
      const wait = Number(after) > 0 ? Number(after) : 2 ** Math.min(failures++, 8);
      // Jitter only adds: the collector's own figure is the least.
      notBefore = Date.now() + Math.min(wait * (1_000 + Math.random() * 250), LONGEST_WAIT_MS);
    } else {
      // Taken, or refused for good: another try would be refused as well.
      failures = notBefore = 0;
      waiting = waiting.filter((line) => !lines.includes(line));
    }
    save();
    if (waiting.length) schedule(0);
  };

  const send = (room: number, leaving?: boolean): void => {
    const lines: string[] = [];
    let size = ENVELOPE_BYTES;
    for (const line of waiting) {
      if (flying.has(line)) continue;
      size += bytes(line) + 1;
      if (lines.length && size > room) break;
      lines.push(line);
    }
    const body = envelope(lines);
    size = bytes(body);
    const keepalive = size + flyingBytes < KEEPALIVE_BYTES;
    if (!lines.length || (leaving && !keepalive)) return;
    if (leaving && !('keepalive' in Request.prototype)) {
      if (navigator.sendBeacon(url, body)) settle(lines, 0, 200);
      return;
    }
    if (!keepalive) size = 0;
    for (const line of lines) flying.add(line);
    flyingBytes += size;
    fetch(url, { method: 'POST', body, keepalive, credentials: 'omit' }).then(
      guarded((answer) => settle(lines, size, answer.status, answer.headers.get('Retry-After'))),
      guarded(() => settle(lines, size, 0)),
    );
  };

  const flush = (): void => {
    due = Number.POSITIVE_INFINITY;
    if (flying.size) return;
    if (Date.now() < notBefore) schedule(0);
    else send(BATCH_BYTES);
  };

  const adopt = (): void => {
    for (const name of localNames()) {
      if (!name.startsWith(prefix) || name === own) continue;
      const [touched, ...lines] = (readLocal(name) ?? '').split('\n');
      if (Number(touched) > Date.now() - ORPHAN_MS) continue;
      writeLocal(name);
      waiting.push(...lines);
    }
    save();
    schedule(0);
  };

  setTimeout(guarded(adopt), ADOPT_MS);
  addEventListener('online', () => {
    if (unreachable) notBefore = 0;
    schedule(0);
  });

  return {
    push(line, urgent) {
      waiting = [...waiting, line].slice(-MOST_EVENTS);
      save();
      schedule(urgent ? 0 : GATHER_MS);
    },
    leave(gone) {
      if (Date.now() >= notBefore) send(KEEPALIVE_BYTES - flyingBytes, true);
      // Zero says: the page is gone, whoever comes next may take over. An answer may yet arrive and shorten it.
      save(gone ? 0 : undefined);
    },
    comeBack() {
      // Another page has taken over what is no longer stored.
      if (!readLocal(own)) waiting = [];
      save();
      schedule(0);
    },
    clear() {
      waiting = [];
      for (const name of localNames()) if (name.startsWith(prefix)) writeLocal(name);
    },
  };
}
