import type { ReactNode } from 'react';
import { Mark } from '../logo';
import classes from './state-panel.module.css';

/** Frame for states that come before the shell can be drawn. */
export function OutsideShell({ children }: { children: ReactNode }) {
  return (
    <main className={classes.outside}>
      <Mark size={40} />
      {children}
    </main>
  );
}
