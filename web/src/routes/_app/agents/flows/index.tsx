import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { FlowsPage } from '@/features/flows/flows-page';
import { flowsQuery } from '@/features/flows/queries';
import { flowsSearch } from '@/features/flows/search';

export const Route = createFileRoute('/_app/agents/flows/')({
  staticData: { permission: 'agents:read' },
  validateSearch: flowsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(flowsQuery());
    return loadTexts('flows');
  },
  component: FlowsPage,
});
