import { describe, expect, it } from 'vitest';
import {
  blankVariant,
  changed,
  compares,
  shareOf,
  withMessage,
  without,
  withVariant,
} from './draft';
import { daysAfter, fromLocal, mondayOf, toLocal } from './moments';
import { messagesOf, PRESETS } from './presets';

describe('messages of a draft', () => {
  it('keep their keys when another one goes, so that results stay with them', () => {
    const three = withMessage(withMessage(withMessage([])));
    expect(three.map(({ key }) => key)).toEqual(['m1', 'm2', 'm3']);
    expect(withMessage(without(three, 'm2')).map(({ key }) => key)).toEqual(['m1', 'm3', 'm4']);
  });

  it('are five at most', () => {
    let messages = withMessage([]);
    for (let index = 0; index < 9; index++) messages = withMessage(messages);
    expect(messages).toHaveLength(5);
  });

  it('of a preset are like those made by hand', () => {
    for (const preset of PRESETS) {
      const messages = messagesOf(preset);
      expect(messages[0]?.after).toBeNull();
      expect(new Set(messages.map(({ key }) => key)).size).toBe(messages.length);
    }
  });
});

describe('variants of a message', () => {
  const a = blankVariant('a');

  it('take the first free letter, four at most', () => {
    const two = withVariant([blankVariant('b')]);
    expect(two.map(({ key }) => key)).toEqual(['b', 'a']);
    expect(withVariant(withVariant(withVariant(two)))).toHaveLength(4);
  });

  it('are compared where there are several', () => {
    const [message] = withMessage([]);
    expect(message && compares([message])).toBe(false);
    expect(message && compares([{ ...message, variants: withVariant(message.variants) }])).toBe(
      true,
    );
  });

  it('share by weight, and alike where nothing has one', () => {
    const pair = changed([a, blankVariant('b')], 'b', { weight: 3 });
    expect(pair.map((one) => shareOf(pair, one))).toEqual([0.25, 0.75]);
    const none = pair.map((one) => ({ ...one, weight: 0 }));
    expect(none.map((one) => shareOf(none, one))).toEqual([0.5, 0.5]);
  });
});

describe('moments', () => {
  it('come back from a field as they went into it', () => {
    expect(fromLocal(toLocal('2026-11-22T09:30:00.000Z'))).toBe('2026-11-22T09:30:00.000Z');
    expect([toLocal(null), fromLocal('')]).toEqual(['', null]);
  });

  it('count days over the ends of months', () => {
    expect(daysAfter('2026-02-27', 3)).toBe('2026-03-02');
    expect([mondayOf('2026-11-22'), mondayOf('2026-11-23')]).toEqual(['2026-11-16', '2026-11-23']);
  });
});
