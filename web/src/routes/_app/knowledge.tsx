import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { IconBook } from '@/app/icons';
import { KnowledgeLayout } from '@/features/knowledge/knowledge-layout';

export const Route = createFileRoute('/_app/knowledge')({
  staticData: {
    nav: { label: 'nav.knowledge', icon: IconBook, order: 320, go: 'k' },
    crumb: 'nav.knowledge',
    permission: 'knowledge:read',
  },
  loader: () => loadTexts('knowledge'),
  component: KnowledgeLayout,
});
