import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { MonitoringPage } from '@/features/settings/monitoring/monitoring-page';
import { alertsQuery, locksQuery, rulesQuery } from '@/features/settings/monitoring/queries';

export const Route = createFileRoute('/_app/settings/security-monitoring')({
  staticData: { permission: 'security:read' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(alertsQuery('open'));
    void context.queryClient.prefetchQuery(locksQuery());
    void context.queryClient.prefetchQuery(rulesQuery());
    return loadTexts('settings/monitoring');
  },
  component: MonitoringPage,
});
