import type { Step } from '../graph';

export type Settings = Step['settings'];

/** What the editor of a kind of step is given. */
export interface EditorProps {
  settings: Settings;
  /** Take over these settings beside the others. */
  set: (change: Settings) => void;
  /** What is wrong with a field, if anything is. */
  problem: (field: string) => string | undefined;
  readOnly: boolean;
}
