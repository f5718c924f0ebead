import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/app/permissions';
import { OpenTasks } from '@/components/tasks/open-tasks';
import type { Task } from '@/components/tasks/use-task-done';
import { openTasksQuery } from './queries';
import { RelatedCard } from './related-card';

/** Open tasks about a lead. */
export function TasksCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
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
      <OpenTasks
        label={t('tasks.title')}
        items={tasks.data?.items}
        subject={{ lead_id: leadId }}
        task={task}
        onTask={setTask}
      />
    </RelatedCard>
  );
}
