import { createFileRoute } from '@tanstack/react-router';
import { LibraryPage } from '@/features/knowledge/library-page';
import { documentsQuery, sourcesQuery } from '@/features/knowledge/queries';
import { librarySearch } from '@/features/knowledge/search';

export const Route = createFileRoute('/_app/knowledge/')({
  staticData: { permission: 'knowledge:read' },
  validateSearch: librarySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(sourcesQuery());
    void context.queryClient.prefetchQuery(documentsQuery(deps));
  },
  component: LibraryPage,
});
