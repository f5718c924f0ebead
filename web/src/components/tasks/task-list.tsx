import type { ReactNode } from 'react';
import classes from './tasks.module.css';

/** Frame of TaskRows. */
export function TaskList({ label, children }: { label: string; children: ReactNode }) {
  return (
    <ul className={classes.list} aria-label={label}>
      {children}
    </ul>
  );
}
