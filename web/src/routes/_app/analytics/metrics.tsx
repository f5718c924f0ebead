import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconChartBar } from '@/app/icons';
import { MetricsPage } from '@/features/metrics/metrics-page';
import { metricsQuery } from '@/features/metrics/queries';
import { metricsSearch } from '@/features/metrics/search';

export const Route = createFileRoute('/_app/analytics/metrics')({
  staticData: {
    nav: { label: 'nav.metrics', icon: IconChartBar, order: 430 },
    crumb: 'nav.metrics',
    permission: 'metrics:read',
  },
  validateSearch: metricsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(metricsQuery());
    return loadTexts('metrics');
  },
  component: MetricsPage,
});
