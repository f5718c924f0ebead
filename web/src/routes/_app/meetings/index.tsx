import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { MeetingsPage } from '@/features/meetings/list/meetings-page';
import { meetingsSearch } from '@/features/meetings/list/search';

export const Route = createFileRoute('/_app/meetings/')({
  staticData: { permission: 'meetings:read' },
  validateSearch: meetingsSearch,
  loader: () => loadTexts('booking'),
  component: MeetingsPage,
});
