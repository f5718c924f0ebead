import { createFileRoute } from '@tanstack/react-router';
import { ProfilePage } from '@/features/settings/profile-page';
import { sessionsQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/profile')({
  staticData: {},
  loader: ({ context }) => void context.queryClient.prefetchQuery(sessionsQuery()),
  component: ProfilePage,
});
