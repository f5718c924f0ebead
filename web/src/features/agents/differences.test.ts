import { describe, expect, it } from 'vitest';
import { differences, worded } from './differences';
import { bodyOf, type Draft } from './draft';

describe('what differs between two versions', () => {
  it('is told field by field, lists line by line', () => {
    const before = { tone: 'formal', languages: ['en'], limits: { characters: 4000 } };
    const after = { tone: 'formal', languages: ['en', 'de'], limits: { characters: 500 } };
    expect(differences(before, after)).toEqual([
      { path: 'languages', before: 'en', after: 'en\nde' },
      { path: 'limits.characters', before: '4000', after: '500' },
    ]);
  });

  it('knows what was empty', () => {
    expect(differences({ flow_id: null }, {})).toEqual([]);
    expect(worded({ name: 'Prices', keywords: ['discount', 'rebate'] })).toBe(
      'Prices: discount, rebate',
    );
  });
});

describe('a change', () => {
  const draft = { name: ' Ava ', tone: 'brief', urgency: { email: ' ', phone: null } } as Draft;

  it('sends the name alone where only that differs', () => {
    expect(bodyOf(draft, { name: ' Ava ' })).toEqual({ name: 'Ava' });
  });

  it('sends the settings as a whole, without empty addresses', () => {
    expect(bodyOf(draft, { tone: 'brief' })).toEqual({
      settings: { tone: 'brief', urgency: { email: null, phone: null } },
    });
  });
});
