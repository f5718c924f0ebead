import { createFileRoute } from '@tanstack/react-router';
import { membersQuery } from '@/features/settings/queries';
import { TeamPage } from '@/features/settings/team-page';

export const Route = createFileRoute('/_app/settings/team')({
  staticData: { permission: 'members:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(membersQuery()),
  component: TeamPage,
});
