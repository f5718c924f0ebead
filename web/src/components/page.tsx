import clsx from 'clsx';
import type { ReactNode } from 'react';
import classes from './page.module.css';

interface PageProps {
  children: ReactNode;
  /** "form" caps the width at 720 px, "wide" at 1 920 px; "fill" also gives the height to its table. */
  layout?: 'wide' | 'form' | 'fill';
}

/** Padding and width of a page. A `fill` page never scrolls itself, its table does. */
export function Page({ children, layout = 'wide' }: PageProps) {
  return <div className={clsx(classes.page, classes[layout])}>{children}</div>;
}
