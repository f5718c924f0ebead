import { createFileRoute } from '@tanstack/react-router';
import { tagsQuery } from '@/features/settings/queries';
import { TagsPage } from '@/features/settings/tags-page';

export const Route = createFileRoute('/_app/settings/tags')({
  staticData: { permission: 'leads:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(tagsQuery()),
  component: TagsPage,
});
