import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { PrivacyPage } from '@/features/privacy/privacy-page';
import { purposesQuery, suppressionsQuery } from '@/features/privacy/queries';
import { privacySearch } from '@/features/privacy/search';

export const Route = createFileRoute('/_app/settings/privacy')({
  staticData: { permission: 'privacy:read' },
  validateSearch: privacySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(purposesQuery());
    void context.queryClient.prefetchQuery(suppressionsQuery(deps));
    return loadTexts('privacy');
  },
  component: PrivacyPage,
});
