import { useMembers } from '@/app/members';
import { useMe } from '@/app/session';
import { TaskDialog, type TaskSubject } from './task-dialog';
import { TaskList } from './task-list';
import { TaskRow } from './task-row';
import type { Task } from './use-task-done';

interface OpenTasksProps {
  label: string;
  items: readonly Task[] | undefined;
  /** What a new task is about. */
  subject: TaskSubject;
  /** The task that is looked at, "new" for a new one. */
  task: Task | 'new' | undefined;
  onTask: (task: Task | undefined) => void;
}

/** The open tasks of a record, and the dialog to add or change one. */
export function OpenTasks({ label, items, subject, task, onTask }: OpenTasksProps) {
  const me = useMe();
  const { nameOf } = useMembers();
  return (
    <>
      {items && items.length > 0 && (
        <TaskList label={label}>
          {items.map((item) => (
            <TaskRow
              key={item.id}
              task={item}
              onEdit={onTask}
              assignee={item.assignee_id === me.user.id ? undefined : nameOf(item.assignee_id)}
            />
          ))}
        </TaskList>
      )}
      <TaskDialog task={task} subject={subject} onClose={() => onTask(undefined)} />
    </>
  );
}
