import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { routingFormsQuery } from '@/features/meetings/queries';
import { RoutingFormsPage } from '@/features/meetings/routing-forms/routing-forms-page';
import { routingFormsSearch } from '@/features/meetings/routing-forms/search';

export const Route = createFileRoute('/_app/meetings/routing-forms/')({
  staticData: { permission: 'meetings:read' },
  validateSearch: routingFormsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(routingFormsQuery());
    return loadTexts('meetings/routing-forms');
  },
  component: RoutingFormsPage,
});
