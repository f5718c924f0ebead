import { createTracker } from './tracker.ts';

const NAMES = ['page', 'track', 'identify', 'group', 'alias', 'consent', 'reset', 'ready'] as const;

type Stub = unknown[] & Record<string, unknown>;

/** Start from the script's own tag: `<script async src="https://…/tw.js" data-key="tw_pub_…">`. */
function start(): void {
  const script = (document.currentScript ??
    document.querySelector('script[data-key][src*="tw.js"]')) as HTMLScriptElement | null;
  const page = window as unknown as { tradewind?: Stub };
  page.tradewind ??= [] as unknown as Stub;
  const stub = page.tradewind;
  // Included twice, or without its key: nothing to do.
  if (!script?.dataset.key || stub.options) return;
  const tracker = createTracker(script);
  // The stub stays the same object, so that references taken before loading work.
  for (const name of NAMES) stub[name] = tracker[name];
  stub.options = { ...script.dataset };
  for (const call of stub.splice(0)) {
    const [name, ...given] = call as [(typeof NAMES)[number], ...never[]];
    (tracker[name] as ((...given: never[]) => void) | undefined)?.(...given);
  }
  tracker.begin();
}

try {
  start();
} catch {
  // The page we are a guest of must not suffer.
}
