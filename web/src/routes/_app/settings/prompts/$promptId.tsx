import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { PromptPage } from '@/features/prompts/prompt-page';
import { promptQuery } from '@/features/prompts/queries';
import { promptSearch } from '@/features/prompts/search';

export const Route = createFileRoute('/_app/settings/prompts/$promptId')({
  staticData: { permission: 'ai:read' },
  validateSearch: promptSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(promptQuery(params.promptId));
    return loadTexts('prompts');
  },
  component: PromptPage,
});
