import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { widgetsQuery } from '@/features/chat-widgets/queries';
import { widgetsSearch } from '@/features/chat-widgets/search';
import { WidgetsPage } from '@/features/chat-widgets/widgets-page';

export const Route = createFileRoute('/_app/agents/widgets/')({
  staticData: { permission: 'agents:read' },
  validateSearch: widgetsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(widgetsQuery());
    return loadTexts('chat-widgets');
  },
  component: WidgetsPage,
});
