import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { CalendarsPage } from '@/features/calendars/calendars-page';
import { connectionsQuery, vendorsQuery } from '@/features/calendars/queries';
import { calendarsSearch } from '@/features/calendars/search';

export const Route = createFileRoute('/_app/settings/calendars')({
  staticData: { permission: 'meetings:write' },
  validateSearch: calendarsSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(connectionsQuery());
    void context.queryClient.prefetchQuery(vendorsQuery());
    return loadTexts('calendars');
  },
  component: CalendarsPage,
});
