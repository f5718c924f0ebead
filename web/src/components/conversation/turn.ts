export type Verdict = 'done' | 'withheld' | 'refused' | 'asked';

export interface Decision {
  action: Record<string, unknown>;
  verdict: Verdict;
  /** Rule that decided. */
  rule: string;
  why: string;
}

/** One turn of an agent as the log keeps it. */
export interface Turn {
  id: string;
  message_sequence: number;
  outcome: 'settled' | 'dropped';
  dropped_because: string | null;
  made_by: 'local' | 'model';
  model: string | null;
  fell_back_because: string | null;
  decisions: readonly Decision[];
  findings: readonly { where: string; code: string; detail: string; excerpt: string }[];
  retrieved: readonly Record<string, unknown>[];
  cost_microusd: number;
  duration_ms: number;
  overhead_ms: number;
  variant: string | null;
  created_at: string;
}

/** The words an action is about: what was claimed, asked, captured. */
export function subjectOf(action: Record<string, unknown>): string {
  const text = (name: string) => (typeof action[name] === 'string' ? (action[name] as string) : '');
  switch (action.kind) {
    case 'answer': {
      const claims = Array.isArray(action.claims) ? action.claims : [];
      return claims
        .map((claim) => (claim as { text?: unknown }).text)
        .filter((claim) => typeof claim === 'string')
        .join(' ');
    }
    case 'ask':
      return text('phrasing') || text('question_key');
    case 'capture':
      return [text('field'), text('value')].filter(Boolean).join(': ');
    case 'book':
      return text('slot') === 'chosen' ? '' : text('slot');
    case 'small_talk':
      return text('about');
    default:
      return text('reason') || text('text');
  }
}

/** Turns by the visitor's message they answered; of several the settled one. */
export function turnsByMessage<T extends Turn>(turns: readonly T[]): Map<number, T> {
  const found = new Map<number, T>();
  for (const turn of turns) {
    const known = found.get(turn.message_sequence);
    if (!known || turn.outcome === 'settled') found.set(turn.message_sequence, turn);
  }
  return found;
}
