import { createFileRoute } from '@tanstack/react-router';
import { DocumentPage } from '@/features/knowledge/document-page';
import { documentQuery } from '@/features/knowledge/queries';
import { documentSearch } from '@/features/knowledge/search';

export const Route = createFileRoute('/_app/knowledge/documents/$documentId')({
  staticData: { permission: 'knowledge:read' },
  validateSearch: documentSearch,
  loader: ({ context, params }) =>
    void context.queryClient.prefetchQuery(documentQuery(params.documentId)),
  component: DocumentPage,
});
