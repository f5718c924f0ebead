import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { fieldsQuery, setupQuery } from '@/features/scoring/queries';
import { setupSearch } from '@/features/scoring/search';
import { SetupPage } from '@/features/scoring/setup-page';

export const Route = createFileRoute('/_app/scoring/$setupId')({
  staticData: { permission: 'scoring:read' },
  validateSearch: setupSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(setupQuery(params.setupId));
    void context.queryClient.prefetchQuery(fieldsQuery());
    return loadTexts('scoring');
  },
  component: SetupPage,
});
