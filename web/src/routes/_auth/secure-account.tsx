import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { nextSearch } from '@/features/auth/search';
import { SecureAccountPage } from '@/features/auth/secure-account-page';

export const Route = createFileRoute('/_auth/secure-account')({
  validateSearch: nextSearch,
  loader: () => loadTexts('second-factor'),
  component: SecureAccountPage,
});
