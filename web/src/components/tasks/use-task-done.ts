import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { patchCached } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { toastRolledBack, toastUndo } from '../toasts';

export type Task = Schema<'TaskRead'>;

/** Everything that shows tasks or what came of them. */
export const refreshTasks = () =>
  invalidatePaths('/api/v1/tasks', '/api/v1/leads', '/api/v1/companies', '/api/v1/dashboard');

/** Ticks a task off, or opens it again; shown at once, put back if the server refuses. */
export function useTaskDone() {
  const { t } = useTranslation('tasks/parts');
  const change = (task: Task, done: boolean, version: number | undefined) =>
    request<Task>('patch', `/api/v1/tasks/${task.id}`, { body: { done }, version });
  return useMutation({
    mutationFn: ({ task, done }: { task: Task; done: boolean }) => change(task, done, task.version),
    onMutate: ({ task, done }) =>
      patchCached('/api/v1/tasks', task.id, { done_at: done ? new Date().toISOString() : null }),
    onError: (error, { task }, undo) => {
      undo?.();
      toastRolledBack(task.title, error);
    },
    onSuccess: (saved, { done }) => {
      if (!done) return;
      toastUndo(t('finished', { title: saved.title }), () =>
        change(saved, false, saved.version)
          .catch((error: unknown) => toastRolledBack(saved.title, error))
          .finally(refreshTasks),
      );
    },
    onSettled: refreshTasks,
  });
}
