import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EmailPage } from '@/features/email/email-page';
import {
  arrivalsQuery,
  deliveriesQuery,
  domainsQuery,
  mailboxesQuery,
  sendersQuery,
} from '@/features/email/queries';
import { emailSearch } from '@/features/email/search';

export const Route = createFileRoute('/_app/settings/email')({
  staticData: { permission: 'email:read' },
  validateSearch: emailSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context: { queryClient }, deps }) => {
    void queryClient.prefetchQuery(sendersQuery());
    if (deps.tab === 'deliveries') void queryClient.prefetchQuery(deliveriesQuery(deps));
    else if (deps.tab === 'arrivals') void queryClient.prefetchQuery(arrivalsQuery(deps));
    else {
      void queryClient.prefetchQuery(domainsQuery());
      void queryClient.prefetchQuery(mailboxesQuery());
    }
    return loadTexts('email', 'sending');
  },
  component: EmailPage,
});
