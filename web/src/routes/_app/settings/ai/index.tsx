import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { AiPage } from '@/features/ai/ai-page';
import {
  connectionsQuery,
  modelsQuery,
  policyQuery,
  providersQuery,
  routesQuery,
  statusQuery,
} from '@/features/ai/queries';
import { aiSearch } from '@/features/ai/search';

export const Route = createFileRoute('/_app/settings/ai/')({
  staticData: { permission: 'ai:read' },
  validateSearch: aiSearch,
  loader: ({ context: { queryClient } }) => {
    void queryClient.prefetchQuery(connectionsQuery());
    void queryClient.prefetchQuery(modelsQuery());
    void queryClient.prefetchQuery(providersQuery());
    void queryClient.prefetchQuery(routesQuery());
    void queryClient.prefetchQuery(statusQuery());
    void queryClient.prefetchQuery(policyQuery());
    return loadTexts('ai');
  },
  component: AiPage,
});
