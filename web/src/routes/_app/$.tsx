import { createFileRoute } from '@tanstack/react-router';
import { NotFoundPage } from '@/components/page-states/not-found-page';

// Unknown addresses keep the shell around them.
export const Route = createFileRoute('/_app/$')({ component: NotFoundPage });
