import { Card, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatRelative } from '@/app/format';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { LoadingLines } from '@/components/page-states';
import { toastRolledBack, toastSuccess } from '@/components/toasts';
import classes from './dashboard.module.css';
import { type Dashboard, dashboardQuery, type OpenTask } from './queries';

function useFinishTask() {
  const { t } = useTranslation('dashboard');
  const client = useQueryClient();
  const { queryKey } = dashboardQuery();
  return useMutation({
    mutationFn: (task: OpenTask) =>
      request('patch', `/api/v1/tasks/${task.id}`, { body: { done: true }, version: task.version }),
    onMutate: async (task) => {
      await client.cancelQueries({ queryKey });
      const before = client.getQueryData(queryKey);
      client.setQueryData(
        queryKey,
        (old: Dashboard | undefined) =>
          old && {
            ...old,
            tasks: {
              ...old.tasks,
              open: old.tasks.open - 1,
              items: old.tasks.items.filter((item) => item.id !== task.id),
            },
          },
      );
      return before;
    },
    onError: (error, task, before) => {
      client.setQueryData(queryKey, before);
      toastRolledBack(task.title, error);
    },
    onSuccess: (_, task) => toastSuccess(t('tasks.markedDone', { title: task.title })),
    onSettled: () => invalidatePaths('/api/v1/dashboard', '/api/v1/tasks'),
  });
}

/** My open tasks, the most urgent first. */
export function TaskCard({ tasks }: { tasks: Dashboard['tasks'] | undefined }) {
  const { t } = useTranslation('dashboard');
  const finish = useFinishTask();
  const mayWrite = useMay('tasks:write');
  return (
    <Card component="section" aria-labelledby="dashboard-tasks">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <div>
            <Title order={2} size="h3" id="dashboard-tasks">
              {t('tasks.title')}
            </Title>
            <Text size="xs" c="dimmed" mih={16}>
              {tasks &&
                [
                  t('tasks.summary', { count: tasks.open }),
                  tasks.overdue > 0 && t('tasks.overdue', { count: tasks.overdue }),
                ]
                  .filter(Boolean)
                  .join(' · ')}
            </Text>
          </div>
          <LinkAnchor to={'/tasks' as never}>{t('tasks.all')}</LinkAnchor>
        </Group>
        {!tasks && <LoadingLines />}
        {tasks?.items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('tasks.empty')}
          </Text>
        )}
        <ul className={classes.tasks}>
          {tasks?.items.map((task) => (
            <li key={task.id} className={classes.task}>
              <Checkbox
                checked={false}
                disabled={!mayWrite}
                onChange={() => finish.mutate(task)}
                aria-label={t('tasks.done', { title: task.title })}
                mt={2}
              />
              <div>
                <Text size="sm">{task.title}</Text>
                <Group gap="xs">
                  {task.due_at && (
                    <Text
                      size="xs"
                      c={task.overdue ? 'var(--mantine-color-red-text)' : 'dimmed'}
                      component="time"
                      dateTime={task.due_at}
                    >
                      {t('tasks.due', { when: formatRelative(task.due_at) })}
                    </Text>
                  )}
                  {task.lead_id && (
                    <Text
                      size="xs"
                      c="dimmed"
                      component={Link}
                      to={`/leads/${task.lead_id}` as never}
                    >
                      {task.lead_name}
                    </Text>
                  )}
                </Group>
              </div>
            </li>
          ))}
        </ul>
      </Stack>
    </Card>
  );
}
