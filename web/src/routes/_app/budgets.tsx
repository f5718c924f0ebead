import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconCoin } from '@/app/icons';
import { BudgetsPage } from '@/features/budgets/budgets-page';
import { poolsQuery } from '@/features/budgets/queries';
import { budgetsSearch } from '@/features/budgets/search';

export const Route = createFileRoute('/_app/budgets')({
  staticData: {
    nav: { label: 'nav.budgets', icon: IconCoin, order: 215 },
    crumb: 'nav.budgets',
    permission: 'campaigns:read',
  },
  validateSearch: budgetsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(poolsQuery());
    return loadTexts('budgets');
  },
  component: BudgetsPage,
});
