import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { gapsQuery } from '@/features/knowledge/answers/queries';
import { QuestionsPage } from '@/features/knowledge/answers/questions-page';
import { questionsSearch } from '@/features/knowledge/answers/search';

export const Route = createFileRoute('/_app/knowledge/questions')({
  staticData: { permission: 'knowledge:read' },
  validateSearch: questionsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(gapsQuery('open'));
    return loadTexts('knowledge/answers');
  },
  component: QuestionsPage,
});
