import { createFileRoute } from '@tanstack/react-router';
import { loadTexts } from '@/app/i18n';
import { testSearch } from '@/features/knowledge/answers/search';
import { TestPage } from '@/features/knowledge/answers/test-page';

export const Route = createFileRoute('/_app/knowledge/test')({
  staticData: { permission: 'knowledge:read' },
  validateSearch: testSearch,
  loader: () => loadTexts('knowledge/answers'),
  component: TestPage,
});
