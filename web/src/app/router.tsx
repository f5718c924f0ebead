import { createRouter } from '@tanstack/react-router';
import { queryClient } from '@/api/query-client';
import { NotFoundPage } from '@/components/page-states/not-found-page';
import { PageFailure } from '@/components/page-states/page-failure';
import { PageLoading } from '@/components/page-states/page-loading';
import { routeTree } from '../routeTree.gen';

const pages = new Set<string>();

export const router = createRouter({
  routeTree,
  context: { queryClient, hasPage: (path) => pages.has(path) },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultPendingComponent: PageLoading,
  defaultErrorComponent: PageFailure,
  defaultNotFoundComponent: NotFoundPage,
});

for (const path of Object.keys(router.routesByPath)) pages.add(path);

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

// A new page starts at its heading, for screen readers and for the Tab key.
router.subscribe('onRendered', ({ fromLocation, pathChanged }) => {
  if (!fromLocation || !pathChanged) return;
  document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true });
});
