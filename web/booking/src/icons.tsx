/** @jsxImportSource preact */
/** The few signs the page needs, drawn here: no icon set is loaded. They say nothing that words do not. */

const Icon = ({ path }: { path: string }) => (
  <svg
    viewBox="0 0 24 24"
    width="20"
    height="20"
    fill="none"
    stroke="currentColor"
    aria-hidden="true"
  >
    <path d={path} stroke-width="2" stroke-linecap="round" stroke-linejoin="round" />
  </svg>
);

export const ArrowIcon = () => <Icon path="M9 5l7 7l-7 7" />;
export const BackIcon = () => <Icon path="M19 12H5m6-6l-6 6l6 6" />;
export const CheckIcon = () => <Icon path="M5 12.5l4.5 4.5L19 7.5" />;
export const CrossIcon = () => <Icon path="M6 6l12 12M18 6L6 18" />;
export const ClockIcon = () => <Icon path="M12 7v5l3 2M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0" />;
export const GlobeIcon = () => (
  <Icon path="M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M3.6 9h16.8M3.6 15h16.8M11.5 3a17 17 0 0 0 0 18M12.5 3a17 17 0 0 1 0 18" />
);
export const CalendarIcon = () => (
  <Icon path="M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM16 3v4M8 3v4M4 11h16" />
);
