import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { FlowPage } from '@/features/flows/flow-page';
import { flowQuery } from '@/features/flows/queries';
import { flowSearch } from '@/features/flows/search';

export const Route = createFileRoute('/_app/agents/flows/$flowId')({
  staticData: {
    parent: { label: 'nav.flows', to: '/agents/flows' },
    permission: 'agents:read',
  },
  validateSearch: flowSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(flowQuery(params.flowId));
    return loadTexts('flows', 'conversation');
  },
  component: FlowPage,
});
