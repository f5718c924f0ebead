import { ActionIcon, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { OpenTasks } from '@/components/tasks/open-tasks';
import type { Task } from '@/components/tasks/use-task-done';
import { type Deal, dealTasksQuery } from './queries';

/** Open tasks about a deal; new ones stand on its lead's page too. */
export function DealTasks({ deal }: { deal: Deal }) {
  const { t } = useTranslation('board');
  const mayRead = useMay('tasks:read');
  const mayWrite = useMay('tasks:write');
  const { data, error, refetch } = useQuery({ ...dealTasksQuery(deal.id), enabled: mayRead });
  const [task, setTask] = useState<Task | 'new'>();
  if (!mayRead) return null;
  return (
    <section aria-label={t('tasks.title')}>
      <Group justify="space-between" mih={32}>
        <Title order={3}>{t('tasks.title')}</Title>
        {mayWrite && (
          <ActionIcon
            aria-label={t('tasks.add')}
            title={t('tasks.add')}
            onClick={() => setTask('new')}
          >
            <IconPlus size={16} />
          </ActionIcon>
        )}
      </Group>
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={2} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('tasks.none')}
        </Text>
      )}
      <OpenTasks
        label={t('tasks.title')}
        items={data?.items}
        subject={{ deal_id: deal.id, ...(deal.lead_id ? { lead_id: deal.lead_id } : {}) }}
        task={task}
        onTask={setTask}
      />
    </section>
  );
}
