import { createFileRoute } from '@tanstack/react-router';
import { AcceptInvitationPage } from '@/features/auth/accept-invitation-page';
import { tokenSearch } from '@/features/auth/search';

export const Route = createFileRoute('/_auth/accept-invitation')({
  validateSearch: tokenSearch,
  component: AcceptInvitationPage,
});
