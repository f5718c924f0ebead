import { useQuery } from '@tanstack/react-query';
import { useMay } from '@/app/permissions';
import { eventTypesQuery, flowsQuery, queuesQuery } from './queries';

/** Names behind the ids that settings carry, as far as the person may see them. */
export function useNames(): ReadonlyMap<string, string> {
  const flows = useQuery(flowsQuery()).data ?? [];
  const queues = useQuery({ ...queuesQuery(), enabled: useMay('conversations:read') }).data ?? [];
  const types = useQuery({ ...eventTypesQuery(), enabled: useMay('meetings:read') }).data ?? [];
  return new Map([
    ...[...flows, ...queues].map(({ id, name }) => [id, name] as const),
    ...types.map(({ id, title }) => [id, title] as const),
  ]);
}
