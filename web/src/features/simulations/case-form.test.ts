import { describe, expect, it } from 'vitest';
import { bodyOf, formOf } from './case-form';
import type { Case } from './queries';

const stored = {
  id: '1',
  name: 'Books',
  critical: true,
  version: 2,
  conversation_id: null,
  visitor: {
    by: 'script',
    persona: '',
    goal: 'A demo',
    lines: ['Hello', 'A demo, please'],
    answers: { size: '25 people' },
    corrections: { size: 'No, 30' },
    refuses: ['budget'],
    slot: 'last',
  },
  checks: [{ kind: 'captured', field: 'size', value: '30' }],
} as unknown as Case;

describe('the form of a case', () => {
  it('gives back what it was made of, with what it does not show', () => {
    const body = bodyOf(formOf(stored), stored);
    expect(body.visitor).toEqual(stored.visitor);
    expect(body.checks).toEqual(stored.checks);
  });

  it('leaves out empty lines, answers without a key and what a check has no use for', () => {
    const form = {
      ...formOf(undefined),
      name: ' New ',
      lines: 'One\n\n Two ',
      answers: [{ key: ' ', said: 'lost' }],
      checks: [{ kind: 'booked', field: 'size', value: 'x' }],
    };
    const body = bodyOf(form, undefined);
    expect(body.name).toBe('New');
    expect(body.visitor.lines).toEqual(['One', 'Two']);
    expect(body.visitor.answers).toEqual({});
    expect(body.checks).toEqual([{ kind: 'booked', field: '', value: '' }]);
  });
});
