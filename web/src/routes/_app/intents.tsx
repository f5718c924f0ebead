import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconTargetArrow } from '@/app/icons';
import { IntentsPage } from '@/features/intents/intents-page';
import { setsQuery } from '@/features/intents/queries';
import { intentsSearch } from '@/features/intents/search';

export const Route = createFileRoute('/_app/intents')({
  staticData: {
    nav: { label: 'nav.intents', icon: IconTargetArrow, order: 330 },
    crumb: 'nav.intents',
    permission: 'intents:read',
  },
  validateSearch: intentsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(setsQuery());
    return loadTexts('intents');
  },
  component: IntentsPage,
});
