import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconCoin, IconLayoutKanban } from '@/app/icons';
import { BoardPage } from '@/features/board/board-page';
import { pipelinesQuery } from '@/features/board/queries';
import { boardSearch } from '@/features/board/search';

export const Route = createFileRoute('/_app/deals/')({
  staticData: {
    nav: { label: 'nav.deals', icon: IconLayoutKanban, order: 130, go: 'b' },
    crumb: 'nav.deals',
    permission: 'deals:read',
    create: {
      label: 'create.deal',
      icon: IconCoin,
      search: { create: 'deal' },
      permission: 'deals:write',
    },
  },
  validateSearch: boardSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(pipelinesQuery());
    return loadTexts('board', 'tasks/parts');
  },
  component: BoardPage,
});
