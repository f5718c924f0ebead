import { createFileRoute } from '@tanstack/react-router';
import { DataMapPage } from '@/features/settings/data-map-page';
import { dataMapQuery } from '@/features/settings/queries';
import { dataMapSearch } from '@/features/settings/search';

export const Route = createFileRoute('/_app/settings/data-map')({
  staticData: { permission: 'organisation:read' },
  validateSearch: dataMapSearch,
  loader: ({ context }) => void context.queryClient.prefetchQuery(dataMapQuery()),
  component: DataMapPage,
});
