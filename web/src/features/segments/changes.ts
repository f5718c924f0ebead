import { type Condition, cleaned } from '@/components/filter-bar/condition';
import type { Segment } from './queries';

export interface SegmentValues {
  name: string;
  description: string;
  condition: Condition | undefined;
}

export function valuesOf(segment: Segment): SegmentValues {
  return {
    name: segment.name,
    description: segment.description,
    condition: (segment.condition as Condition | null) ?? undefined,
  };
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/** What to send: the fields that differ from the saved segment. Unfinished conditions do not count. */
export function changesOf(values: SegmentValues, segment: Segment): Record<string, unknown> {
  const before = valuesOf(segment);
  const patch: Record<string, unknown> = {};
  if (values.name.trim() !== before.name) patch.name = values.name.trim();
  if (values.description.trim() !== before.description) {
    patch.description = values.description.trim();
  }
  const condition = cleaned(values.condition);
  if (segment.kind === 'dynamic' && condition && !same(condition, before.condition)) {
    patch.condition = condition;
  }
  return patch;
}
