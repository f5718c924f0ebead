import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { type TasksSearch, tasksRequest } from './search';

export const tasksQuery = (search: TasksSearch) => ({
  ...apiQuery<Schema<'Page_TaskRead_'>>('/api/v1/tasks', tasksRequest(search)),
  placeholderData: keepPreviousData,
});
