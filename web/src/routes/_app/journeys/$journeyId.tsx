import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { JourneyPage } from '@/features/journeys/journey-page';
import { journeyQuery } from '@/features/journeys/queries';
import { journeySearch } from '@/features/journeys/search';

export const Route = createFileRoute('/_app/journeys/$journeyId')({
  staticData: {
    parent: { label: 'nav.journeys', to: '/journeys' },
    permission: 'campaigns:read',
  },
  validateSearch: journeySearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(journeyQuery(params.journeyId));
    return loadTexts('journeys');
  },
  component: JourneyPage,
});
