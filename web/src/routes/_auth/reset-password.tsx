import { createFileRoute } from '@tanstack/react-router';
import { ResetPasswordPage } from '@/features/auth/reset-password-page';
import { tokenSearch } from '@/features/auth/search';

export const Route = createFileRoute('/_auth/reset-password')({
  validateSearch: tokenSearch,
  component: ResetPasswordPage,
});
