import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { sourceQuery } from '@/features/sources/queries';
import { sourceSearch } from '@/features/sources/search';
import { SourcePage } from '@/features/sources/source-page';

export const Route = createFileRoute('/_app/sources/$sourceId')({
  staticData: { parent: { label: 'nav.sources', to: '/sources' }, permission: 'sources:read' },
  validateSearch: sourceSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(sourceQuery(params.sourceId));
    return loadTexts('sources');
  },
  component: SourcePage,
});
