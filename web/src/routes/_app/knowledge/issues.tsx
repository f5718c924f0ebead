import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IssuesPage } from '@/features/knowledge/answers/issues-page';
import { findingSummaryQuery } from '@/features/knowledge/answers/queries';
import { issuesSearch } from '@/features/knowledge/answers/search';

export const Route = createFileRoute('/_app/knowledge/issues')({
  staticData: { permission: 'knowledge:read' },
  validateSearch: issuesSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(findingSummaryQuery());
    return loadTexts('knowledge/answers');
  },
  component: IssuesPage,
});
