import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { suiteQuery } from '@/features/simulations/queries';
import { suiteSearch } from '@/features/simulations/search';
import { SuitePage } from '@/features/simulations/suite-page';

export const Route = createFileRoute('/_app/agents/simulations/$suiteId')({
  staticData: {
    parent: { label: 'nav.simulations', to: '/agents/simulations' },
    permission: 'agents:read',
  },
  validateSearch: suiteSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(suiteQuery(params.suiteId));
    return loadTexts('simulations');
  },
  component: SuitePage,
});
