import { useEffect, useRef, useState } from 'react';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useRealtime } from '@/app/realtime';
import { SOURCES } from './queries';

const RENEW = 30_000;
const GATHER = 400;

/**
 * Has the events of a source told live while `on` and the page is in sight, and reloads what shows them.
 * Returns how many messages came. Messages are news only: the rows come from the API, masked for who reads.
 */
export function useTail(sourceId: string, on: boolean): number {
  const [heard, setHeard] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (!on) return;
    const watch = () => {
      // Without it the page still looks again by itself; the next renewal tries anew.
      if (document.visibilityState === 'visible')
        request('post', `${SOURCES}/${sourceId}/tail`).catch(() => undefined);
    };
    watch();
    const renewal = setInterval(watch, RENEW);
    document.addEventListener('visibilitychange', watch);
    return () => {
      clearInterval(renewal);
      clearTimeout(timer.current);
      timer.current = undefined;
      document.removeEventListener('visibilitychange', watch);
    };
  }, [sourceId, on]);
  const listen = (event: { data: Record<string, unknown> }) => {
    if (!on || event.data.source_id !== sourceId) return;
    setHeard((count) => count + 1);
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void invalidatePaths(SOURCES);
    }, GATHER);
  };
  useRealtime('tracking.event', listen);
  useRealtime('tracking.rejection', listen);
  return heard;
}
