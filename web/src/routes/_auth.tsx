import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { AuthLayout } from '@/features/auth/auth-layout';

export const Route = createFileRoute('/_auth')({
  loader: () => loadTexts('auth'),
  component: AuthLayout,
});
