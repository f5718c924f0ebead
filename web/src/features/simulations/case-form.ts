import type { Case } from './queries';

/** A key with what is said to it, as one row of the form. */
export interface Pair {
  key: string;
  said: string;
}

export interface CaseForm {
  name: string;
  critical: boolean;
  goal: string;
  persona: string;
  by: 'script' | 'model';
  lines: string;
  answers: Pair[];
  checks: { kind: string; field: string; value: string }[];
}

export const CHECKS = [
  'captured',
  'not_captured',
  'outcome',
  'booked',
  'not_booked',
  'handed_over',
  'not_handed_over',
  'urgent',
  'cites',
  'answered',
  'refuses',
  'never_says',
  'asks_once',
  'discloses',
] as const;
/** What a check wants to know besides its kind. */
export const WANTS: Record<string, readonly ('field' | 'value')[]> = {
  captured: ['field', 'value'],
  not_captured: ['field'],
  outcome: ['value'],
  handed_over: ['value'],
  cites: ['value'],
  refuses: ['value'],
  never_says: ['value'],
};

const NEW: CaseForm = {
  name: '',
  critical: true,
  goal: '',
  persona: '',
  by: 'script',
  lines: '',
  answers: [],
  checks: [{ kind: 'answered', field: '', value: '' }],
};

/** The form of a case, or of a new one. */
export function formOf(found: Case | undefined): CaseForm {
  if (!found) return NEW;
  const { visitor } = found;
  return {
    name: found.name,
    critical: found.critical ?? true,
    goal: visitor.goal ?? '',
    persona: visitor.persona ?? '',
    by: visitor.by ?? 'script',
    lines: visitor.lines.join('\n'),
    answers: Object.entries(visitor.answers ?? {}).map(([key, said]) => ({ key, said })),
    checks: found.checks.map(({ kind, field = '', value = '' }) => ({ kind, field, value })),
  };
}

/** The body of a request; what the form does not show of a stored visitor stays. */
export function bodyOf(form: CaseForm, found: Case | undefined) {
  const said = form.answers.filter(({ key, said }) => key.trim() && said.trim());
  return {
    name: form.name.trim(),
    critical: form.critical,
    visitor: {
      ...found?.visitor,
      goal: form.goal,
      persona: form.persona,
      by: form.by,
      lines: form.lines
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
      answers: Object.fromEntries(said.map(({ key, said }) => [key.trim(), said.trim()])),
    },
    checks: form.checks.map(({ kind, field, value }) => ({
      kind,
      field: WANTS[kind]?.includes('field') ? field.trim() : '',
      value: WANTS[kind]?.includes('value') ? value.trim() : '',
    })),
  };
}
