/** Inside another site's page: tell it the height, what was booked, and when to close. Never anything personal. */

const framed = window.parent !== window;

function tell(message: { type: string } & Record<string, unknown>): void {
  // Any site may embed the page, and nothing here is a secret.
  if (framed) window.parent.postMessage(message, '*');
}

/** Keep the frame as high as the page, and let Escape close a dialog around it. */
export function startFrame(): void {
  if (!framed) return;
  const height = () =>
    tell({
      type: 'tradewind:height',
      height: Math.ceil(document.body.getBoundingClientRect().height),
    });
  new ResizeObserver(height).observe(document.body);
  addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) tell({ type: 'tradewind:close' });
  });
}

/** A meeting came about, moved or ended. */
export function tellBooked(
  what: 'booked' | 'moved' | 'cancelled',
  detail: { event_type: string; starts_at: string; ends_at: string; state: string },
): void {
  tell({ type: `tradewind:${what}`, detail });
}
