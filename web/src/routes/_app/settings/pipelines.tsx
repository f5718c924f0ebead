import { createFileRoute } from '@tanstack/react-router';
import { PipelinesPage } from '@/features/settings/pipelines-page';
import { pipelinesQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/pipelines')({
  staticData: { permission: 'deals:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(pipelinesQuery()),
  component: PipelinesPage,
});
