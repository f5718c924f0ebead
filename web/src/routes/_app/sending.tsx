import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconSend } from '@/app/icons';
import { OutboxPage } from '@/features/sending/outbox-page';
import { messagesQuery, overviewQuery } from '@/features/sending/queries';
import { outboxSearch } from '@/features/sending/search';

export const Route = createFileRoute('/_app/sending')({
  staticData: {
    nav: { label: 'nav.outbox', icon: IconSend, order: 240, go: 'x' },
    crumb: 'nav.outbox',
    permission: 'sending:read',
  },
  validateSearch: outboxSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.queryClient.prefetchQuery(overviewQuery());
    void context.queryClient.prefetchQuery(messagesQuery(deps));
    return loadTexts('sending');
  },
  component: OutboxPage,
});
