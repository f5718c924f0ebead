import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { PromptsPage } from '@/features/prompts/prompts-page';
import { promptsQuery } from '@/features/prompts/queries';
import { promptsSearch } from '@/features/prompts/search';

export const Route = createFileRoute('/_app/settings/prompts/')({
  staticData: { permission: 'ai:read' },
  validateSearch: promptsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(promptsQuery());
    return loadTexts('prompts');
  },
  component: PromptsPage,
});
