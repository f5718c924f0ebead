import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { EventTypePage } from '@/features/meetings/event-types/event-type-page';
import { eventTypeSearch } from '@/features/meetings/event-types/search';
import { eventTypeQuery } from '@/features/meetings/queries';

export const Route = createFileRoute('/_app/meetings/event-types/$eventTypeId')({
  staticData: {
    parent: { label: 'nav.eventTypes', to: '/meetings/event-types' },
    permission: 'meetings:read',
  },
  validateSearch: eventTypeSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(eventTypeQuery(params.eventTypeId));
    return loadTexts('meetings/event-types', 'booking');
  },
  component: EventTypePage,
});
