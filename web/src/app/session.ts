import { useSuspenseQuery } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Me = Schema<'MeRead'>;

export const meQuery = () => ({ ...apiQuery<Me>('/api/v1/me'), staleTime: 5 * 60_000 });

/** The signed-in person. Only inside the protected layout, where it is always loaded. */
export function useMe(): Me {
  return useSuspenseQuery(meQuery()).data;
}
