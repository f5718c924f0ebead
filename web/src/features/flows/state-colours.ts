import type { Run } from './queries';

/** Colours of the states of a run; the words always stand beside them. */
export const STATE_COLOURS: Record<Run['state'], string> = {
  running: 'blue',
  qualified: 'green',
  unqualified: 'gray',
  incomplete: 'yellow',
};
