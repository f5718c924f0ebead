import { describe, expect, test } from 'vitest';
import {
  blankQuestion,
  changeOf,
  type Draft,
  keyFor,
  mostPoints,
  moved,
  type Question,
  renamed,
  testOn,
  usesOf,
  valueFor,
} from './draft';

const question = (part: Partial<Question>): Question => ({ ...blankQuestion([]), ...part });
const size = question({ key: 'size', kind: 'number', label: 'Size' });
const when = question({
  key: 'when',
  kind: 'choice',
  options: [
    { key: 'now', label: { en: 'Now' }, synonyms: [] },
    { key: 'later', label: { en: 'Later' }, synonyms: [] },
  ],
  branches: [{ op: 'is', value: 'later', go_to: 'mail' }],
});
const mail = question({ key: 'mail', kind: 'email' });
const outcome = {
  name: 'Yes',
  state: 'qualified',
  match: 'all',
  conditions: [{ question: 'size', op: 'at_least', value: 5 }],
  min_score: null,
  max_score: null,
  next_step: 'book',
  tags: [],
  message: {},
} as const;
const draft = {
  name: 'Flow',
  description: '',
  language: 'en',
  questions: [size, when, mail],
  scoring: [{ question: 'size', op: 'at_least', value: 5, points: 30 }],
  outcomes: [outcome],
  otherwise: { ...outcome, conditions: [] },
} as unknown as Draft;

describe('flows', () => {
  test('keys are made of names and are unlike the others', () => {
    expect(keyFor('Größe des Teams?', [], 'question')).toBe('gro_e_des_teams');
    expect(keyFor('Team size', ['team_size'], 'question')).toBe('team_size_2');
    expect(keyFor('  ', ['question'], 'question')).toBe('question_2');
    expect(keyFor('End', [], 'question')).toBe('question');
  });

  test('whatever names a question follows when its key changes', () => {
    const next = renamed(draft, 'size', 'team');
    expect(next.questions[0]?.key).toBe('team');
    expect(next.scoring[0]?.question).toBe('team');
    expect(next.outcomes[0]?.conditions[0]?.question).toBe('team');
    expect(renamed(draft, 'mail', 'email').questions[1]?.branches[0]?.go_to).toBe('email');
    expect([usesOf(draft, 'size'), usesOf(draft, 'mail'), usesOf(draft, 'when')]).toEqual([
      2, 1, 0,
    ]);
  });

  test('comparisons and values fit their question', () => {
    expect(testOn(size, { op: 'contains', value: 'x' })).toEqual({ op: 'at_least', value: 0 });
    expect(testOn(when, { op: 'is', value: 'gone' })).toEqual({ op: 'is', value: 'now' });
    expect(valueFor(when, 'one_of', 'later')).toEqual(['later']);
    expect(valueFor(when, 'refused', 'later')).toBeNull();
  });

  test('the best rule of each question counts for the most points', () => {
    const rule = { question: 'a', op: 'answered', value: null } as const;
    expect(
      mostPoints([
        { ...rule, points: 30 },
        { ...rule, points: 5 },
        { ...rule, question: 'b', points: -10 },
      ]),
    ).toBe(30);
  });

  test('the definition is sent as a whole, and only if it changed', () => {
    expect(changeOf({ name: 'New' }, draft)).toEqual({ name: 'New' });
    expect(Object.keys(changeOf({ scoring: [] }, draft).draft ?? {})).not.toContain('name');
  });

  test('an entry moves and stays within the list', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
  });
});
