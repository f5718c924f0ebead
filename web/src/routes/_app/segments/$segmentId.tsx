import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { fieldsQuery, segmentQuery } from '@/features/segments/queries';
import { segmentSearch } from '@/features/segments/search';
import { SegmentPage } from '@/features/segments/segment-page';

export const Route = createFileRoute('/_app/segments/$segmentId')({
  staticData: { permission: 'segments:read' },
  validateSearch: segmentSearch,
  loader: ({ context, params }) => {
    void context.queryClient.prefetchQuery(segmentQuery(params.segmentId));
    void context.queryClient.prefetchQuery(fieldsQuery());
    return loadTexts('segments');
  },
  component: SegmentPage,
});
