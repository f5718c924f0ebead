import { useEffect, useState } from 'react';

const TICK_MS = 20_000;

/** The time, anew every twenty seconds: what is due in minutes needs no finer clock. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
