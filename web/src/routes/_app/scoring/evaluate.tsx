import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EvaluatePage } from '@/features/scoring/evaluate-page';
import { evaluationsQuery } from '@/features/scoring/queries';

export const Route = createFileRoute('/_app/scoring/evaluate')({
  staticData: { permission: 'scoring:read' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(evaluationsQuery());
    return loadTexts('scoring');
  },
  component: EvaluatePage,
});
