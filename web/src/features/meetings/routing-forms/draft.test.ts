import { expect, test } from 'vitest';
import type { Question } from '../event-types/questions';
import { conditionOn, followed, type Rule, ruleProblems } from './draft';

const question = (key: string, kind: Question['kind'], options: string[] = []): Question => ({
  key,
  label: key,
  kind,
  required: false,
  options,
});
const SIZE = question('size', 'number');
const TOPIC = question('topic', 'select', ['Buying', 'Support']);
const rule = (part: Partial<Rule>): Rule => ({
  name: 'Large',
  match: 'all',
  conditions: [{ question: 'size', op: 'at_least', value: 200 }],
  target: { kind: 'link', url: 'https://example.com' },
  ...part,
});

test('a condition keeps what fits another question', () => {
  const old = { question: 'topic', op: 'is' as const, value: 'Buying' };
  expect(conditionOn(TOPIC, old)).toEqual(old);
  expect(conditionOn(SIZE, old)).toEqual({ question: 'size', op: 'is', value: null });
  expect(conditionOn(question('ok', 'checkbox'))).toEqual({
    question: 'ok',
    op: 'is',
    value: true,
  });
  expect(conditionOn(TOPIC, { question: 'x', op: 'one_of', value: ['Support', 'Other'] })).toEqual({
    question: 'topic',
    op: 'one_of',
    value: ['Support'],
  });
});

test('what can never work is told beside its field', () => {
  expect(ruleProblems(rule({}), [SIZE])).toEqual({});
  expect(ruleProblems(rule({}), [TOPIC])).toEqual({ 'conditions.0.question': 'problem.question' });
  const wrong = rule({
    name: ' ',
    conditions: [{ question: 'size', op: 'is', value: null }],
    target: { kind: 'link', url: 'javascript:alert(1)' },
  });
  expect(ruleProblems(wrong, [SIZE])).toEqual({
    name: 'problem.name',
    'conditions.0.value': 'problem.value',
    target: 'problem.url',
  });
});

test('rules follow a question that gets its name', () => {
  const before = [question('question', 'number'), TOPIC];
  const rules = [rule({ conditions: [{ question: 'question', op: 'is', value: 1 }] })];
  expect(followed(rules, before, [SIZE, TOPIC])[0]?.conditions[0]?.question).toBe('size');
  expect(followed(rules, before, [TOPIC, before[0] as Question])).toBe(rules);
});
