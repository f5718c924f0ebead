import { useLeaveGuard } from '@/components/api-form';
import { type Autosaved, useAutosaved } from '@/components/use-autosaved';
import type { Graph } from './graph';
import { JOURNEYS, type Journey } from './queries';

export interface JourneyEditing extends Omit<Autosaved<{ draft: Graph }>, 'draft' | 'set'> {
  value: Graph;
  /** Changes with the same `of` in quick succession are one step to undo. What takes time is made of the graph as it is then. */
  change: (next: Graph | ((now: Graph) => Graph), of?: string) => void;
}

const draftOf = ({ draft }: Journey) => ({ draft });

/** The graph of a journey while it is edited. */
export function useJourneyDraft(journey: Journey, readOnly: boolean): JourneyEditing {
  const { draft, set, ...editor } = useAutosaved(journey, { list: JOURNEYS, draftOf, readOnly });
  useLeaveGuard(editor.state !== 'saved' && !readOnly, false);
  return {
    ...editor,
    value: draft.draft,
    change: (next, of) =>
      set((now) => ({ draft: typeof next === 'function' ? next(now.draft) : next }), of),
  };
}
