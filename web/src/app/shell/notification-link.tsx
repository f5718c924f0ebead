import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Schema } from '@/api/api';
import { subjectPath } from '../subject-path';
import classes from './notifications.module.css';

interface NotificationLinkProps {
  item: Pick<Schema<'NotificationRead'>, 'subject_type' | 'subject_id'>;
  onFollow: () => void;
  children: ReactNode;
}

/** A notification about a record that has a page becomes a link to it. */
export function NotificationLink({ item, onFollow, children }: NotificationLinkProps) {
  const path = subjectPath(item.subject_type, item.subject_id);
  if (!path) return <div className={classes.item}>{children}</div>;
  return (
    <Link to={path} className={classes.item} onClick={onFollow}>
      {children}
    </Link>
  );
}
