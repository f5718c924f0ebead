import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { AssistantsPage } from '@/features/assistants/assistants-page';
import { assistantsQuery } from '@/features/assistants/queries';

export const Route = createFileRoute('/_app/settings/assistants')({
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(assistantsQuery());
    return loadTexts('assistants');
  },
  component: AssistantsPage,
});
