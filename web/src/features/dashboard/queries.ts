import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Dashboard = Schema<'DashboardRead'>;
export type KeyNumber = Schema<'KeyNumber'>;
export type StageValue = Schema<'StageValue'>;
export type FeedEntry = Schema<'FeedEntry'>;
export type OpenTask = Schema<'OpenTask'>;

export const dashboardQuery = () => apiQuery<Dashboard>('/api/v1/dashboard');
