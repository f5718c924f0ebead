import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { AgentPage } from '@/features/agents/agent-page';
import { agentQuery } from '@/features/agents/queries';
import { agentSearch } from '@/features/agents/search';

export const Route = createFileRoute('/_app/agents/$agentId')({
  staticData: { permission: 'agents:read' },
  validateSearch: agentSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(agentQuery(params.agentId));
    return loadTexts('conversation');
  },
  component: AgentPage,
});
