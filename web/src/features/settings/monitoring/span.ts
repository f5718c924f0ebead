/** Minutes in the largest unit that fits: 1440 is one day, 90 are 90 minutes. */
export function span(minutes: number): { unit: 'day' | 'hour' | 'minute'; count: number } {
  if (minutes % 1440 === 0) return { unit: 'day', count: minutes / 1440 };
  if (minutes % 60 === 0) return { unit: 'hour', count: minutes / 60 };
  return { unit: 'minute', count: minutes };
}
