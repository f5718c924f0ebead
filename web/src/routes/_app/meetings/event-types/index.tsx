import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EventTypesPage } from '@/features/meetings/event-types/event-types-page';
import { eventTypesSearch } from '@/features/meetings/event-types/search';
import { eventTypesQuery } from '@/features/meetings/queries';

export const Route = createFileRoute('/_app/meetings/event-types/')({
  staticData: { permission: 'meetings:read' },
  validateSearch: eventTypesSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(eventTypesQuery());
    return loadTexts('meetings/event-types');
  },
  component: EventTypesPage,
});
