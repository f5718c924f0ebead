export type DraftKind = 'message' | 'note';

/** What was typed and not sent. The session keeps it over reloads; it never outlives the window. */
export interface Draft {
  kind: DraftKind;
  message: string;
  note: string;
}

const EMPTY: Draft = { kind: 'message', message: '', note: '' };
const key = (user: string, conversation: string) => `inbox-draft:${user}:${conversation}`;

export function readDraft(user: string, conversation: string): Draft {
  try {
    const stored = sessionStorage.getItem(key(user, conversation));
    return stored ? { ...EMPTY, ...(JSON.parse(stored) as Partial<Draft>) } : EMPTY;
  } catch {
    return EMPTY;
  }
}

export function keepDraft(user: string, conversation: string, draft: Draft): void {
  try {
    if (draft.message || draft.note)
      sessionStorage.setItem(key(user, conversation), JSON.stringify(draft));
    else sessionStorage.removeItem(key(user, conversation));
  } catch {
    // A full or forbidden store only costs the memory.
  }
}
