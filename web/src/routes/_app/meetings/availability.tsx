import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { AvailabilityPage } from '@/features/meetings/availability/availability-page';
import { availabilitySearch } from '@/features/meetings/availability/search';
import { schedulesQuery } from '@/features/meetings/queries';

export const Route = createFileRoute('/_app/meetings/availability')({
  staticData: { permission: 'meetings:read' },
  validateSearch: availabilitySearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(schedulesQuery());
    return loadTexts('meetings/availability', 'hours');
  },
  component: AvailabilityPage,
});
