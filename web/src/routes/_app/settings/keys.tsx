import { createFileRoute } from '@tanstack/react-router';
import { ApiKeysPage } from '@/features/settings/api-keys-page';
import { keysQuery } from '@/features/settings/queries';

export const Route = createFileRoute('/_app/settings/keys')({
  staticData: { permission: 'keys:read' },
  loader: ({ context }) => void context.queryClient.prefetchQuery(keysQuery()),
  component: ApiKeysPage,
});
