import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { budgetsQuery } from '@/features/ai/queries';
import { usageSearch } from '@/features/ai/search';
import { UsagePage } from '@/features/ai/usage-page';

export const Route = createFileRoute('/_app/settings/ai/usage')({
  staticData: { permission: 'ai:read' },
  validateSearch: usageSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(budgetsQuery());
    return loadTexts('ai');
  },
  component: UsagePage,
});
