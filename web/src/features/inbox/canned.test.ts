import { describe, expect, it } from 'vitest';
import { inserted, matching, slashWord, variablesOf } from './canned';

const REPLIES = [
  { shortcut: 'hello', title: 'Greeting', text: 'Hello {{first_name}}' },
  { shortcut: 'price', title: 'Prices, said hello first', text: 'Our prices …' },
];

describe('canned replies', () => {
  it('are called by a slash at the start of a word, not inside one', () => {
    expect(slashWord('/he', 3)).toEqual({ from: 0, word: 'he' });
    expect(slashWord('Hi /he and', 6)).toEqual({ from: 3, word: 'he' });
    expect(slashWord('and/or', 6)).toBeUndefined();
    expect(slashWord('/he ', 4)).toBeUndefined();
  });

  it('are found by shortcut, then by title', () => {
    expect(matching(REPLIES, 'hello').map(({ shortcut }) => shortcut)).toEqual(['hello', 'price']);
    expect(matching(REPLIES, 'zzz')).toEqual([]);
  });

  it('take the place of the typed word', () => {
    const text = 'Hi /he and';
    expect(inserted(text, { from: 3, word: 'he' }, 'hello')).toEqual({
      text: 'Hi hello and',
      cursor: 8,
    });
  });

  it('show what is still to be filled by hand', () => {
    const text = 'Hello {{lead.first_name}}, {{ lead.company |you}} and {{lead.first_name}}';
    expect(variablesOf(text)).toEqual(['lead.first_name', 'lead.company']);
    expect(variablesOf('{} {{')).toEqual([]);
  });
});
