import { describe, expect, it } from 'vitest';
import { citationsOf, quickRepliesOf, slotsOf } from './message';
import { subjectOf, type Turn, turnsByMessage } from './turn';

describe('a turn', () => {
  it('is told by what its actions are about', () => {
    const claims = [{ text: 'We ship in two days.' }, { text: 'To all of Europe.' }];
    expect(subjectOf({ kind: 'answer', claims })).toBe('We ship in two days. To all of Europe.');
    expect(subjectOf({ kind: 'capture', field: 'team_size', value: '12' })).toBe('team_size: 12');
    expect(subjectOf({ kind: 'hand_over', reason: 'Asked for a person' })).toBe(
      'Asked for a person',
    );
    expect(subjectOf({ kind: 'book', slot: 'chosen' })).toBe('');
  });

  it('belongs to a message; what was dropped gives way to what was sent', () => {
    const turn = (id: string, outcome: string) => ({ id, outcome, message_sequence: 4 }) as Turn;
    const turns = [turn('a', 'dropped'), turn('b', 'settled'), turn('c', 'dropped')];
    expect(turnsByMessage(turns).get(4)?.id).toBe('b');
  });
});

describe('what came with a message', () => {
  it('is read as the server sends it, and nothing else', () => {
    expect(slotsOf({ slots: ['2026-11-23T09:00Z', { start: '2026-11-23T10:00Z' }, 7] })).toEqual([
      '2026-11-23T09:00Z',
      '2026-11-23T10:00Z',
    ]);
    expect(quickRepliesOf({ quick_replies: ['Yes', { label: 'No' }, null] })).toEqual([
      'Yes',
      'No',
    ]);
    expect(citationsOf({ citations: [{ title: 'Prices' }, 'x'] })).toMatchObject([
      { number: 1, title: 'Prices' },
    ]);
    expect(citationsOf({})).toEqual([]);
  });
});
