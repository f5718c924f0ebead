import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconCalendar } from '@/app/icons';
import { MeetingsLayout } from '@/features/meetings/meetings-layout';

export const Route = createFileRoute('/_app/meetings')({
  staticData: {
    nav: { label: 'nav.meetings', icon: IconCalendar, order: 40, go: 'm' },
    crumb: 'nav.meetings',
    permission: 'meetings:read',
  },
  loader: () => loadTexts('meetings'),
  component: MeetingsLayout,
});
