import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { ssoQuery } from '@/features/settings/sso/queries';
import { ssoSearch } from '@/features/settings/sso/search';
import { SsoPage } from '@/features/settings/sso/sso-page';

export const Route = createFileRoute('/_app/settings/single-sign-on')({
  staticData: { permission: 'sso:write' },
  validateSearch: ssoSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(ssoQuery());
    return loadTexts('settings/sso');
  },
  component: SsoPage,
});
