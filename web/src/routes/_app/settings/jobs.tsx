import { createFileRoute } from '@tanstack/react-router';
import { JobsPage } from '@/features/settings/jobs-page';
import { jobsQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/jobs')({
  staticData: { permission: 'jobs:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(jobsQuery()),
  component: JobsPage,
});
