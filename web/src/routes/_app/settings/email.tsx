import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EmailPage } from '@/features/email/email-page';
import { domainsQuery, mailboxesQuery, sendersQuery } from '@/features/email/queries';

export const Route = createFileRoute('/_app/settings/email')({
  staticData: { permission: 'email:read' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(sendersQuery());
    void context.queryClient.prefetchQuery(domainsQuery());
    void context.queryClient.prefetchQuery(mailboxesQuery());
    return loadTexts('email');
  },
  component: EmailPage,
});
