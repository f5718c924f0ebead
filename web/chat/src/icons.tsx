/** @jsxImportSource preact */
/** Drawn signs; words beside them, or their button's name, say the same. */

const PATHS = {
  close: 'M6 6l12 12M18 6L6 18',
  send: 'M5 12h13M12 6l6 6-6 6',
  attach:
    'M19 11.5l-7 7a4.5 4.5 0 0 1-6.4-6.4l7.4-7.4a3 3 0 0 1 4.3 4.3L10 16.2a1.5 1.5 0 0 1-2.1-2.1L14.5 7.5',
  file: 'M14 3H7a1 1 0 0 0-1 1v16a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V7zM14 3v4h4',
  person: 'M8 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4.5 20.5a7.5 7.5 0 0 1 15 0',
  up: 'M7 11v9H4v-9zM7 12l4-8a2 2 0 0 1 2.2 2.3L12.7 10H19a1.7 1.7 0 0 1 1.7 2l-1.2 6.5A2 2 0 0 1 17.6 20H7',
  down: 'M7 13V4H4v9zM7 12l4 8a2 2 0 0 0 2.2-2.3L12.7 14H19a1.7 1.7 0 0 0 1.7-2l-1.2-6.5A2 2 0 0 0 17.6 4H7',
  star: 'M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9L3.5 9.7l5.9-.8z',
} as const;

export function Icon({ name, class: kind = '' }: { name: keyof typeof PATHS; class?: string }) {
  return (
    <svg class={`icon ${kind}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
