import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { ImportPage } from '@/features/imports/import-page';
import { importQuery } from '@/features/imports/queries';
import { importSearch } from '@/features/imports/search';

export const Route = createFileRoute('/_app/imports/$importId')({
  staticData: {
    parent: { label: 'nav.imports', to: '/imports' },
    permission: 'leads:read',
  },
  validateSearch: importSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(importQuery(params.importId));
    return loadTexts('imports');
  },
  component: ImportPage,
});
