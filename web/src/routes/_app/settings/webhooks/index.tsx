import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { endpointsQuery } from '@/features/webhooks/queries';
import { endpointsSearch } from '@/features/webhooks/search';
import { WebhooksPage } from '@/features/webhooks/webhooks-page';

export const Route = createFileRoute('/_app/settings/webhooks/')({
  staticData: { permission: 'webhooks:read' },
  validateSearch: endpointsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(endpointsQuery());
    return loadTexts('webhooks');
  },
  component: WebhooksPage,
});
