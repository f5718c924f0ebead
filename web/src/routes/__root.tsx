import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, Outlet } from '@tanstack/react-router';

interface RouterContext {
  queryClient: QueryClient;
  /** Whether a page with this address is part of the app. */
  hasPage: (path: string) => boolean;
}

export const Route = createRootRouteWithContext<RouterContext>()({
  component: Outlet,
});
