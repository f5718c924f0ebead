import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { TaskDialog } from '@/components/tasks/task-dialog';
import { TaskList } from '@/components/tasks/task-list';
import { TaskRow } from '@/components/tasks/task-row';
import type { Task } from '@/components/tasks/use-task-done';
import { openTasksQuery } from './queries';
import { RelatedCard } from './related-card';

/** Open tasks about a lead. */
export function TasksCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const me = useMe();
  const { nameOf } = useMembers();
  const mayRead = useMay('tasks:read');
  const mayWrite = useMay('tasks:write');
  const tasks = useQuery({ ...openTasksQuery(leadId), enabled: mayRead });
  const [task, setTask] = useState<Task | 'new'>();
  if (!mayRead) return null;
  return (
    <RelatedCard
      title={t('tasks.title')}
      count={tasks.data?.items.length}
      query={tasks}
      empty={t('tasks.empty')}
      add={mayWrite ? { label: t('tasks.add'), run: () => setTask('new') } : undefined}
    >
      {tasks.data && tasks.data.items.length > 0 && (
        <TaskList label={t('tasks.title')}>
          {tasks.data.items.map((item) => (
            <TaskRow
              key={item.id}
              task={item}
              onEdit={setTask}
              assignee={item.assignee_id === me.user.id ? undefined : nameOf(item.assignee_id)}
            />
          ))}
        </TaskList>
      )}
      <TaskDialog task={task} subject={{ lead_id: leadId }} onClose={() => setTask(undefined)} />
    </RelatedCard>
  );
}
