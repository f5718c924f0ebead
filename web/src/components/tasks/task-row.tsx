import { Badge, Checkbox, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatRelative } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '../link-anchor';
import { dueGroup } from './due';
import classes from './tasks.module.css';
import { type Task, useTaskDone } from './use-task-done';

interface TaskRowProps {
  task: Task;
  onEdit: (task: Task) => void;
  /** Name of who has to do it; left out where it goes without saying. */
  assignee?: string | undefined;
  /** Shows whose task it is about; not on that record's own page. */
  withSubject?: boolean;
}

/** One task: tick, title (opens it), when, about whom. */
export function TaskRow({ task, onEdit, assignee, withSubject = false }: TaskRowProps) {
  const { t } = useTranslation('tasks/parts');
  const mayWrite = useMay('tasks:write');
  const finish = useTaskDone();
  const done = task.done_at !== null;
  const late = dueGroup(task) === 'overdue';
  return (
    <li className={classes.row} data-done={done || undefined}>
      <Checkbox
        checked={done}
        disabled={!mayWrite}
        onChange={() => finish.mutate({ task, done: !done })}
        aria-label={t(done ? 'reopen' : 'finish', { title: task.title })}
      />
      <div className={classes.main}>
        <UnstyledButton className={classes.title} onClick={() => onEdit(task)} title={task.title}>
          {task.title}
        </UnstyledButton>
        <div className={classes.meta}>
          {task.due_at && (
            <Text
              size="xs"
              component="time"
              dateTime={task.due_at}
              title={formatDateTime(task.due_at)}
              c={late ? 'var(--mantine-color-red-text)' : 'dimmed'}
            >
              {late
                ? t('overdue', { when: formatRelative(task.due_at) })
                : formatRelative(task.due_at)}
            </Text>
          )}
          {withSubject && task.lead_id && (
            <LinkAnchor to={`/leads/${task.lead_id}` as never} size="xs" className="tw-truncate">
              {task.lead_name || t('lead')}
            </LinkAnchor>
          )}
          {withSubject && !task.lead_id && task.company_id && (
            <LinkAnchor to={`/companies/${task.company_id}` as never} size="xs">
              {t('company')}
            </LinkAnchor>
          )}
          {withSubject && !task.lead_id && !task.company_id && task.deal_id && (
            <LinkAnchor to={`/deals/${task.deal_id}` as never} size="xs">
              {t('deal')}
            </LinkAnchor>
          )}
          {assignee && (
            <Text size="xs" c="dimmed" className="tw-truncate">
              {assignee}
            </Text>
          )}
        </div>
      </div>
      {task.priority === 'high' && <Badge color="orange">{t('priorities.high')}</Badge>}
    </li>
  );
}
