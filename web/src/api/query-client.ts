import { QueryClient } from '@tanstack/react-query';
import { toApiError } from './errors';

/** Retries only what can heal by itself: no connection, 429 and server failures. */
function retry(count: number, reason: unknown): boolean {
  const { status } = toApiError(reason);
  return count < 2 && (status === 0 || status === 429 || status >= 502);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry,
      retryDelay: (attempt) => Math.min(1000 * 2 ** attempt, 8000),
      refetchOnWindowFocus: true,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});

/** Marks every query under these API paths as stale; the visible ones load again. */
export function invalidatePaths(...paths: string[]): Promise<void> {
  return queryClient.invalidateQueries({
    predicate: ({ queryKey }) => {
      const path = queryKey[1];
      return (
        typeof path === 'string' &&
        paths.some((item) => path === item || path.startsWith(`${item}/`))
      );
    },
  });
}
