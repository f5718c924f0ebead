import { createContext, useContext } from 'react';
import type { Graph, Kind, Step } from './graph';
import type { Names } from './kinds';
import type { Counts, Problem } from './queries';

/** What parts of the builder share: the graph, what may be done to it, and what is known of it. */
export interface Editing {
  graph: Graph;
  readOnly: boolean;
  names: Names;
  problems: Problem[];
  counts: Counts | undefined;
  /** Rises each time all steps were arranged anew: then all of them are shown. */
  arranged: number;
  selected: Step | undefined;
  select: (id: string | undefined) => void;
  change: (next: Graph, of?: string) => void;
  /** Put a new step behind a way out of another; it is selected. */
  add: (kind: Kind, after?: { from: string; port: string }, at?: [number, number]) => void;
  update: (step: Step) => void;
  remove: (ids: readonly string[]) => void;
  duplicate: (id: string) => void;
}

export const EditingContext = createContext<Editing | null>(null);

export function useEditing(): Editing {
  const found = useContext(EditingContext);
  if (!found) throw new Error('a part of the builder stands outside of it');
  return found;
}
