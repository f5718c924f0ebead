import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconFilter } from '@/app/icons';
import { fieldsQuery, segmentsQuery } from '@/features/segments/queries';
import { SegmentsPage } from '@/features/segments/segments-page';

export const Route = createFileRoute('/_app/segments/')({
  staticData: {
    nav: { label: 'nav.segments', icon: IconFilter, order: 140 },
    crumb: 'nav.segments',
    permission: 'segments:read',
  },
  loader: ({ context }) => {
    void context.queryClient.prefetchQuery(segmentsQuery());
    void context.queryClient.prefetchQuery(fieldsQuery());
    return loadTexts('segments');
  },
  component: SegmentsPage,
});
