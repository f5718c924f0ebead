import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { widgetQuery } from '@/features/chat-widgets/queries';
import { WidgetPage } from '@/features/chat-widgets/widget-page';

export const Route = createFileRoute('/_app/agents/widgets/$widgetId')({
  staticData: {
    parent: { label: 'nav.chatWidgets', to: '/agents/widgets' },
    permission: 'agents:read',
  },
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(widgetQuery(params.widgetId));
    return loadTexts('chat-widgets');
  },
  component: WidgetPage,
});
