import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { GuardrailsPage } from '@/features/sending/guardrails-page';
import { policiesQuery, stopsQuery } from '@/features/sending/queries';

export const Route = createFileRoute('/_app/settings/guardrails')({
  staticData: { permission: 'sending:read' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(policiesQuery());
    void context.queryClient.prefetchQuery(stopsQuery());
    return loadTexts('sending');
  },
  component: GuardrailsPage,
});
