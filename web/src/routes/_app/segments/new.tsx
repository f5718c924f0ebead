import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconFilter } from '@/app/icons';
import { NewSegmentPage } from '@/features/segments/new-segment-page';
import { fieldsQuery } from '@/features/segments/queries';
import { newSegmentSearch } from '@/features/segments/search';

export const Route = createFileRoute('/_app/segments/new')({
  staticData: {
    crumb: 'create.segment',
    permission: 'segments:write',
    create: {
      label: 'create.segment',
      icon: IconFilter,
      search: {},
      permission: 'segments:write',
    },
  },
  validateSearch: newSegmentSearch,
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(fieldsQuery());
    return loadTexts('segments');
  },
  component: NewSegmentPage,
});
