import { createFileRoute } from '@tanstack/react-router';
import { MailPage } from '@/features/settings/mail-page';
import { mailQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/mail')({
  staticData: { permission: 'mail:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(mailQuery()),
  component: MailPage,
});
