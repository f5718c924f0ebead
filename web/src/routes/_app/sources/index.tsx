import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconAccessPoint } from '@/app/icons';
import { sourcesQuery } from '@/features/sources/queries';
import { sourcesSearch } from '@/features/sources/search';
import { SourcesPage } from '@/features/sources/sources-page';

export const Route = createFileRoute('/_app/sources/')({
  staticData: {
    nav: { label: 'nav.sources', icon: IconAccessPoint, order: 410 },
    crumb: 'nav.sources',
    permission: 'sources:read',
  },
  validateSearch: sourcesSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(sourcesQuery());
    return loadTexts('sources');
  },
  component: SourcesPage,
});
