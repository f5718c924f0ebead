import { createFileRoute } from '@tanstack/react-router';
import { teamsQuery } from '@/features/settings/queries';
import { TeamsPage } from '@/features/settings/teams-page';

export const Route = createFileRoute('/_app/settings/teams')({
  staticData: { permission: 'members:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(teamsQuery()),
  component: TeamsPage,
});
