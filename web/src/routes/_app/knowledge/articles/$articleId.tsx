import { createFileRoute } from '@tanstack/react-router';
import { ArticlePage } from '@/features/knowledge/article-page';
import { articleQuery } from '@/features/knowledge/queries';

export const Route = createFileRoute('/_app/knowledge/articles/$articleId')({
  staticData: { permission: 'knowledge:read' },
  loader: ({ context, params }) =>
    void context.queryClient.prefetchQuery(articleQuery(params.articleId)),
  component: ArticlePage,
});
