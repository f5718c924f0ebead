import { useMutation } from '@tanstack/react-query';
import { request } from '@/api/client';
import { queryClient } from '@/api/query-client';
import { type Me, meQuery, useMe } from './session';

/**
 * A personal setting kept on the server (column widths, last view, collapsed rail).
 * Changes show at once; a failed save only costs the memory, so it is not reported.
 */
export function usePreference<T>(key: string, fallback: T): [T, (value: T) => void] {
  const me = useMe();
  const value = (me.user.preferences[key] as T | undefined) ?? fallback;
  const { mutate } = useMutation({
    mutationFn: (preferences: Record<string, unknown>) =>
      request('patch', '/api/v1/me', { body: { preferences } }),
  });
  const set = (next: T) => {
    const old = queryClient.getQueryData<Me>(meQuery().queryKey);
    if (!old) return;
    const preferences = { ...old.user.preferences, [key]: next };
    queryClient.setQueryData<Me>(meQuery().queryKey, {
      ...old,
      user: { ...old.user, preferences },
    });
    mutate({ [key]: next });
  };
  return [value, set];
}
