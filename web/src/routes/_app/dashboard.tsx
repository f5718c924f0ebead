import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconLayoutDashboard } from '@/app/icons';
import { DashboardPage } from '@/features/dashboard/dashboard-page';
import { dashboardQuery } from '@/features/dashboard/queries';

export const Route = createFileRoute('/_app/dashboard')({
  staticData: {
    nav: { label: 'nav.dashboard', icon: IconLayoutDashboard, order: 10, go: 'd' },
    crumb: 'nav.dashboard',
    permission: 'dashboard:read',
  },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(dashboardQuery());
    return loadTexts('dashboard');
  },
  component: DashboardPage,
});
