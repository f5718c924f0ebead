import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { cannedQuery, hoursQuery, queuesQuery } from '@/features/inbox/queries';
import { InboxSettingsPage } from '@/features/inbox/settings/inbox-settings-page';

export const Route = createFileRoute('/_app/settings/inbox')({
  staticData: { permission: 'conversations:read' },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(queuesQuery());
    void context.queryClient.prefetchQuery(hoursQuery());
    void context.queryClient.prefetchQuery(cannedQuery());
    return loadTexts('inbox/settings', 'hours');
  },
  component: InboxSettingsPage,
});
