import { createFileRoute } from '@tanstack/react-router';
import { rulesQuery } from '@/features/settings/queries';
import { RoutingPage } from '@/features/settings/routing-page';

export const Route = createFileRoute('/_app/settings/routing')({
  staticData: { permission: 'leads:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(rulesQuery()),
  component: RoutingPage,
});
