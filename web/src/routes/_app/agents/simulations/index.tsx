import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { suitesQuery } from '@/features/simulations/queries';
import { suitesSearch } from '@/features/simulations/search';
import { SuitesPage } from '@/features/simulations/suites-page';

export const Route = createFileRoute('/_app/agents/simulations/')({
  staticData: { permission: 'agents:read' },
  validateSearch: suitesSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(suitesQuery());
    return loadTexts('simulations');
  },
  component: SuitesPage,
});
