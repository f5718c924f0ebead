import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo } from 'react';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export const membersQuery = () => ({
  ...apiQuery<Schema<'MemberList'>>('/api/v1/members'),
  staleTime: 60_000,
});

/** The people of the organisation as choices, and the name behind an id. */
export function useMembers() {
  const items = useQuery(membersQuery()).data?.items;
  const options = useMemo(
    () =>
      (items ?? [])
        .filter((member) => member.active)
        .map((member) => ({ value: member.id, label: member.name })),
    [items],
  );
  const nameOf = useCallback(
    (id: string | null | undefined) => items?.find((member) => member.id === id)?.name ?? '',
    [items],
  );
  return { options, nameOf };
}
