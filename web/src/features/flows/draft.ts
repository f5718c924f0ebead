import type { Flow } from './queries';

export const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Texts = Partial<Record<Language, string>>;

export const KINDS = [
  'text',
  'choice',
  'yes_no',
  'number',
  'money',
  'date',
  'time',
  'email',
  'phone',
  'name',
  'company',
  'place',
] as const;
export type Kind = (typeof KINDS)[number];

export type Op =
  | 'is'
  | 'is_not'
  | 'one_of'
  | 'contains'
  | 'at_least'
  | 'at_most'
  | 'within_days'
  | 'answered'
  | 'not_answered'
  | 'refused';
export type Value = boolean | number | string | string[] | null;

/** What is asked of the answer to one question. */
export interface Test {
  op: Op;
  value: Value;
}
export interface Condition extends Test {
  question: string;
}
export interface Branch extends Test {
  go_to: string;
}
export interface ScoreRule extends Condition {
  points: number;
}
export interface Option {
  key: string;
  label: Texts;
  synonyms: string[];
}
export interface Question {
  key: string;
  kind: Kind;
  label: string;
  text: Texts;
  required: boolean;
  options: Option[];
  minimum: number | null;
  maximum: number | null;
  currency: string | null;
  lead_field: string | null;
  hints: string[];
  branches: Branch[];
}
export interface Outcome {
  name: string;
  state: 'qualified' | 'unqualified';
  match: 'all' | 'any';
  conditions: Condition[];
  min_score: number | null;
  max_score: number | null;
  next_step: 'book' | 'nurture' | 'hand_over' | 'none';
  tags: string[];
  message: Texts;
}
export interface Draft {
  name: string;
  description: string;
  language: Language;
  questions: Question[];
  scoring: ScoreRule[];
  outcomes: Outcome[];
  otherwise: Outcome;
}

export const END = 'end';

/** The present values as the editor holds them. */
export const draftOf = ({ name, description, draft }: Flow): Draft =>
  ({ name, description, ...draft }) as unknown as Draft;

/** What the API takes as the draft. */
export const definitionOf = ({ name: _, description: __, ...definition }: Draft) => definition;

/** Only what changed, as the API takes it: the definition is sent as a whole. */
export function changeOf(changes: Partial<Draft>, draft: Draft) {
  const { name, description, ...definition } = changes;
  return {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    ...(Object.keys(definition).length > 0 ? { draft: definitionOf(draft) } : {}),
  };
}

const ALWAYS: Op[] = ['answered', 'not_answered', 'refused'];
const OPS: Partial<Record<Kind, Op[]>> = {
  number: ['at_least', 'at_most', 'is', 'is_not'],
  money: ['at_least', 'at_most'],
  date: ['within_days'],
  time: ['at_least', 'at_most'],
  yes_no: ['is'],
  choice: ['is', 'is_not', 'one_of'],
};

/** What can be asked of answers to a question of this kind. */
export const opsOf = (kind: Kind): Op[] => [
  ...(OPS[kind] ?? ['is', 'is_not', 'contains']),
  ...ALWAYS,
];

/** A comparison that fits a question; what was there stays as far as it fits. */
export function testOn(question: Question, old?: Test): Test {
  const ops = opsOf(question.kind);
  const op = old && ops.includes(old.op) ? old.op : (ops[0] as Op);
  return { op, value: valueFor(question, op, old?.value ?? null) };
}

/** A value of the right shape for a comparison: what was given if it fits. */
export function valueFor(question: Question, op: Op, old: Value): Value {
  if (ALWAYS.includes(op)) return null;
  if (question.kind === 'yes_no') return typeof old === 'boolean' ? old : true;
  if (question.kind === 'number' || question.kind === 'money' || op === 'within_days')
    return typeof old === 'number' ? old : 0;
  const keys = question.options.map(({ key }) => key);
  const known = (Array.isArray(old) ? old : [old]).filter(
    (one): one is string =>
      typeof one === 'string' && (question.kind !== 'choice' || keys.includes(one)),
  );
  if (op === 'one_of') return known;
  return known[0] ?? (question.kind === 'choice' ? (keys[0] ?? null) : '');
}

/** A key made of a name and unlike the others'. */
export function keyFor(name: string, taken: readonly string[], fallback: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 32);
  const wish = plain && plain !== END ? plain : fallback;
  let key = wish;
  for (let number = 2; taken.includes(key); number += 1) key = `${wish}_${number}`;
  return key;
}

export const blankQuestion = (taken: readonly string[]): Question => ({
  key: keyFor('', taken, 'question'),
  kind: 'text',
  label: '',
  text: {},
  required: false,
  options: [],
  minimum: null,
  maximum: null,
  currency: null,
  lead_field: null,
  hints: [],
  branches: [],
});

/** The list with one entry in another place; stays as it is at the ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  if (to < 0 || to >= list.length || from === to) return [...list];
  const rest = list.filter((_, index) => index !== from);
  return [...rest.slice(0, to), list[from] as T, ...rest.slice(to)];
}

/** The draft after a question's key became another: whatever names it follows. */
export function renamed(draft: Draft, from: string, to: string): Draft {
  const follow = <T extends { question: string }>(one: T): T =>
    one.question === from ? { ...one, question: to } : one;
  const outcome = (one: Outcome): Outcome => ({ ...one, conditions: one.conditions.map(follow) });
  return {
    ...draft,
    questions: draft.questions.map((one) => ({
      ...one,
      key: one.key === from ? to : one.key,
      branches: one.branches.map((branch) =>
        branch.go_to === from ? { ...branch, go_to: to } : branch,
      ),
    })),
    scoring: draft.scoring.map(follow),
    outcomes: draft.outcomes.map(outcome),
    otherwise: outcome(draft.otherwise),
  };
}

/** How many places name a question: branches to it, points and outcomes. */
export function usesOf(draft: Draft, key: string): number {
  const named = (conditions: readonly { question: string }[]) =>
    conditions.filter(({ question }) => question === key).length;
  return (
    draft.questions.flatMap(({ branches }) => branches).filter(({ go_to }) => go_to === key)
      .length +
    named(draft.scoring) +
    draft.outcomes.reduce((sum, { conditions }) => sum + named(conditions), 0)
  );
}

/** The most points a visitor can get: the best rule of each question, up to 100. */
export const mostPoints = (scoring: readonly ScoreRule[]): number => {
  const best = new Map<string, number>();
  for (const { question, points } of scoring)
    best.set(question, Math.max(best.get(question) ?? 0, points));
  return Math.min(
    100,
    [...best.values()].reduce((sum, points) => sum + points, 0),
  );
};

/** Problems of the server at a place or below it. */
export const problemsAt = (problems: Flow['problems'], place: string): string[] =>
  problems
    .filter(({ field }) => field === place || field.startsWith(`${place}.`))
    .map(({ message }) => message);
