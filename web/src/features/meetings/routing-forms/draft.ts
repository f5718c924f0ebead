import type { Question } from '../event-types/questions';
import type { RoutingForm } from '../queries';

export type Op =
  | 'is'
  | 'is_not'
  | 'contains'
  | 'one_of'
  | 'at_least'
  | 'at_most'
  | 'answered'
  | 'not_answered';
export type Value = boolean | number | string | string[] | null;

export interface Condition {
  question: string;
  op: Op;
  value: Value;
}

export type Target =
  | { kind: 'event_type'; event_type_id: string }
  | { kind: 'link'; url: string }
  | { kind: 'message'; text: string };

export interface Rule {
  name: string;
  match: 'all' | 'any';
  conditions: Condition[];
  target: Target;
}

export interface Draft {
  title: string;
  slug: string;
  description: string;
  questions: Question[];
  rules: Rule[];
  fallback: Target;
}

const FIELDS = ['title', 'slug', 'description', 'questions', 'rules', 'fallback'] as const;

/** The present values as the editor holds them. */
export const draftOf = (form: RoutingForm): Draft =>
  Object.fromEntries(FIELDS.map((name) => [name, form[name]])) as unknown as Draft;

const TEXT: Op[] = ['is', 'is_not', 'contains', 'one_of', 'answered', 'not_answered'];
const OPS: Partial<Record<Question['kind'], Op[]>> = {
  number: ['is', 'is_not', 'at_least', 'at_most', 'answered', 'not_answered'],
  select: ['is', 'is_not', 'one_of', 'answered', 'not_answered'],
  checkbox: ['is'],
};

/** What can be asked of answers to a question of this kind. */
export const opsOf = (kind: Question['kind']): Op[] => OPS[kind] ?? TEXT;

/** Whether the value of a condition is still to be given. */
export function valueMissing({ op, value }: Condition): boolean {
  if (op === 'answered' || op === 'not_answered') return false;
  if (Array.isArray(value)) return value.length === 0;
  return value === null || value === '';
}

/** A condition on this question; the comparison and the value stay as far as they fit. */
export function conditionOn(question: Question, old?: Condition): Condition {
  const ops = opsOf(question.kind);
  const op = old && ops.includes(old.op) ? old.op : (ops[0] as Op);
  return { question: question.key, op, value: valueFor(question, op, old?.value ?? null) };
}

/** A value of the right shape for a comparison: what was given if it fits. */
export function valueFor(question: Question, op: Op, old: Value): Value {
  if (op === 'answered' || op === 'not_answered') return null;
  if (question.kind === 'checkbox') return typeof old === 'boolean' ? old : true;
  if (question.kind === 'number') return typeof old === 'number' ? old : null;
  const known = (Array.isArray(old) ? old : [old]).filter(
    (one): one is string =>
      typeof one === 'string' && (question.kind !== 'select' || question.options.includes(one)),
  );
  return op === 'one_of' ? known : (known[0] ?? null);
}

/** Rules that follow questions whose keys were changed in their place. */
export function followed(
  rules: Rule[],
  before: readonly Question[],
  after: readonly Question[],
): Rule[] {
  if (before.length !== after.length) return rules;
  const kept = new Set(after.map(({ key }) => key));
  const renamed = new Map(
    before.flatMap(({ key }, index) => (kept.has(key) ? [] : [[key, after[index]?.key ?? key]])),
  );
  if (renamed.size === 0) return rules;
  return rules.map((rule) => ({
    ...rule,
    conditions: rule.conditions.map((one) => ({
      ...one,
      question: renamed.get(one.question) ?? one.question,
    })),
  }));
}

const WEB = /^https?:\/\/[^\s/]+/;

/** What is wrong with a target, as the key of a text. */
export function targetProblem(target: Target): string | undefined {
  switch (target.kind) {
    case 'event_type':
      return target.event_type_id ? undefined : 'problem.eventType';
    case 'link':
      return WEB.test(target.url.trim()) ? undefined : 'problem.url';
    case 'message':
      return target.text.trim() ? undefined : 'problem.message';
  }
}

/** What is wrong with a rule: keys of texts by the field's place in the rule. */
export function ruleProblems(rule: Rule, questions: readonly Question[]): Record<string, string> {
  const found: Record<string, string> = {};
  if (!rule.name.trim()) found.name = 'problem.name';
  rule.conditions.forEach((condition, index) => {
    const question = questions.find(({ key }) => key === condition.question);
    if (!question) found[`conditions.${index}.question`] = 'problem.question';
    else if (!opsOf(question.kind).includes(condition.op))
      found[`conditions.${index}.op`] = 'problem.op';
    else if (valueMissing(condition)) found[`conditions.${index}.value`] = 'problem.value';
  });
  const problem = targetProblem(rule.target);
  if (problem) found.target = problem;
  return found;
}
