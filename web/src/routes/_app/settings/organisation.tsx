import { createFileRoute } from '@tanstack/react-router';
import { OrganisationPage } from '@/features/settings/organisation-page';
import { organisationQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/organisation')({
  staticData: { permission: 'organisation:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(organisationQuery()),
  component: OrganisationPage,
});
