import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EndpointPage } from '@/features/webhooks/endpoint-page';
import { deliveriesQuery, endpointQuery } from '@/features/webhooks/queries';
import { endpointSearch } from '@/features/webhooks/search';

export const Route = createFileRoute('/_app/settings/webhooks/$endpointId')({
  staticData: { permission: 'webhooks:read' },
  validateSearch: endpointSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, params, deps }) => {
    void context.queryClient.prefetchQuery(endpointQuery(params.endpointId));
    void context.queryClient.prefetchQuery(deliveriesQuery(params.endpointId, deps));
    return loadTexts('webhooks');
  },
  component: EndpointPage,
});
