import { createFileRoute } from '@tanstack/react-router';
import { ForgotPasswordPage } from '@/features/auth/forgot-password-page';
import { emailSearch } from '@/features/auth/search';

export const Route = createFileRoute('/_auth/forgot-password')({
  validateSearch: emailSearch,
  component: ForgotPasswordPage,
});
