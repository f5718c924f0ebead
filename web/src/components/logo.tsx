import classes from './logo.module.css';

/** The mark: three arcs of wind. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      className={classes.mark}
      aria-hidden
    >
      <rect width="32" height="32" rx="8" className={classes.ground} />
      <g className={classes.wind}>
        <path d="M6.5 12.2c5.2-3.9 11.4-4.6 16.2-1.6 2.6 1.6 3 4.6.9 5.9-1.8 1.1-4-.2-3.7-2.2" />
        <path d="M6.5 18.2c3.2-2 6.4-2.5 9.4-1.5" opacity=".8" />
        <path d="M6.5 24c6.2-3.3 12-3 17.5.6" opacity=".55" />
      </g>
    </svg>
  );
}
