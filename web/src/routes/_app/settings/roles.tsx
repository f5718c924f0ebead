import { createFileRoute } from '@tanstack/react-router';
import { rolesQuery } from '@/features/settings/queries';
import { RolesPage } from '@/features/settings/roles-page';

export const Route = createFileRoute('/_app/settings/roles')({
  staticData: { permission: 'members:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(rolesQuery()),
  component: RolesPage,
});
