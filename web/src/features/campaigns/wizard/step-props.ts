import type { Draft } from '../draft';
import type { Campaign } from '../queries';

/** What each step of the wizard is given. */
export interface StepProps {
  campaign: Campaign;
  draft: Draft;
  name: string;
  /** Changes under the same key in quick succession are one step to undo. */
  set: (change: Partial<Draft>, key: string) => void;
  rename: (name: string) => void;
  /** What is wrong with a field, once its step was left. */
  problem: (field: string) => string | undefined;
  /** Stores what is shown; false where it could not be. */
  flush: () => Promise<boolean>;
  readOnly: boolean;
}
