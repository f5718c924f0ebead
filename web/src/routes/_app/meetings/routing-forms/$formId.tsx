import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { routingFormQuery } from '@/features/meetings/queries';
import { RoutingFormPage } from '@/features/meetings/routing-forms/routing-form-page';
import { routingFormSearch } from '@/features/meetings/routing-forms/search';

export const Route = createFileRoute('/_app/meetings/routing-forms/$formId')({
  staticData: {
    parent: { label: 'nav.routingForms', to: '/meetings/routing-forms' },
    permission: 'meetings:read',
  },
  validateSearch: routingFormSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(routingFormQuery(params.formId));
    return loadTexts('meetings/routing-forms', 'meetings/event-types');
  },
  component: RoutingFormPage,
});
