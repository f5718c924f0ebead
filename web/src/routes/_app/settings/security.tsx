import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { factorsQuery } from '@/components/second-factor/queries';
import { sessionsQuery } from '@/features/settings/queries';
import { SecurityPage } from '@/features/settings/security-page';

export const Route = createFileRoute('/_app/settings/security')({
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(factorsQuery());
    void context.queryClient.prefetchQuery(sessionsQuery());
    return loadTexts('second-factor');
  },
  component: SecurityPage,
});
