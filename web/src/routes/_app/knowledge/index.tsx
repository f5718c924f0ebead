import { createFileRoute } from '@tanstack/react-router';
import { LibraryPage } from '@/features/knowledge/library-page';

export const Route = createFileRoute('/_app/knowledge/')({
  staticData: { permission: 'knowledge:read' },
  component: LibraryPage,
});
