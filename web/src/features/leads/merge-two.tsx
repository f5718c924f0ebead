import { useQuery } from '@tanstack/react-query';
import { MergeDialog } from './detail/merge-dialog';
import { leadQuery } from './queries';

/** Merges two leads picked in the list; the first one picked stays. */
export function MergeTwo({
  ids: [first = '', second = ''],
  onClose,
}: {
  ids: readonly string[];
  onClose: (merged: boolean) => void;
}) {
  const { data: lead } = useQuery(leadQuery(first));
  const { data: other } = useQuery(leadQuery(second));
  if (!lead || !other) return null;
  return <MergeDialog lead={lead} candidates={[other]} opened onClose={onClose} />;
}
