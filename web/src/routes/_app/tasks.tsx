import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconListCheck } from '@/app/icons';
import { tasksQuery } from '@/features/tasks/queries';
import { tasksSearch } from '@/features/tasks/search';
import { TasksPage } from '@/features/tasks/tasks-page';

export const Route = createFileRoute('/_app/tasks')({
  staticData: {
    nav: { label: 'nav.tasks', icon: IconListCheck, order: 30, go: 't' },
    crumb: 'nav.tasks',
    permission: 'tasks:read',
    create: {
      label: 'create.task',
      icon: IconListCheck,
      search: { create: 'task' },
      permission: 'tasks:write',
    },
  },
  validateSearch: tasksSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(tasksQuery(deps));
    return loadTexts('tasks', 'tasks/parts');
  },
  component: TasksPage,
});
