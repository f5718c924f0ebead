import { createFileRoute } from '@tanstack/react-router';
import { lazy } from 'react';
import { loadTexts } from '@/app/i18n';
import { IconInbox } from '@/app/icons';
import { InboxPage } from '@/features/inbox/inbox-page';
import { countsQuery, queuesQuery } from '@/features/inbox/queries';
import { inboxSearch } from '@/features/inbox/search';

export const Route = createFileRoute('/_app/inbox')({
  staticData: {
    nav: {
      label: 'nav.inbox',
      icon: IconInbox,
      order: 20,
      go: 'i',
      count: lazy(() => import('@/features/inbox/inbox-count')),
    },
    crumb: 'nav.inbox',
    permission: 'conversations:read',
  },
  validateSearch: inboxSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(countsQuery());
    void context.queryClient.prefetchQuery(queuesQuery());
    return loadTexts('inbox', 'conversation');
  },
  component: InboxPage,
});
