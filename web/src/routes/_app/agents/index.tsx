import { createFileRoute } from '@tanstack/react-router';
import { AgentsPage } from '@/features/agents/agents-page';
import { agentsQuery } from '@/features/agents/queries';
import { agentsSearch } from '@/features/agents/search';

export const Route = createFileRoute('/_app/agents/')({
  staticData: { permission: 'agents:read' },
  validateSearch: agentsSearch,
  loader: ({ context }) => void context.queryClient.prefetchQuery(agentsQuery()),
  component: AgentsPage,
});
