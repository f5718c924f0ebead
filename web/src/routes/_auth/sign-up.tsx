import { createFileRoute } from '@tanstack/react-router';
import { loginSearch } from '@/features/auth/search';
import { SignUpPage } from '@/features/auth/sign-up-page';

export const Route = createFileRoute('/_auth/sign-up')({
  validateSearch: loginSearch,
  component: SignUpPage,
});
