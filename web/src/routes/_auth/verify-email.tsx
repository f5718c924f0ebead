import { createFileRoute } from '@tanstack/react-router';
import { tokenSearch } from '@/features/auth/search';
import { VerifyEmailPage } from '@/features/auth/verify-email-page';

export const Route = createFileRoute('/_auth/verify-email')({
  validateSearch: tokenSearch,
  component: VerifyEmailPage,
});
