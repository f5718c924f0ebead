import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconRoute } from '@/app/icons';
import { JourneysPage } from '@/features/journeys/journeys-page';
import { journeysQuery } from '@/features/journeys/queries';
import { journeysSearch } from '@/features/journeys/search';

export const Route = createFileRoute('/_app/journeys/')({
  staticData: {
    nav: { label: 'nav.journeys', icon: IconRoute, order: 220, go: 'j' },
    crumb: 'nav.journeys',
    permission: 'campaigns:read',
  },
  validateSearch: journeysSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(journeysQuery());
    return loadTexts('journeys');
  },
  component: JourneysPage,
});
