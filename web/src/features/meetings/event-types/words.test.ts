import { expect, it } from 'vitest';
import { lengthsOf, splitDuration } from './durations';
import { embedCode } from './links';
import { keyFor, moved } from './questions';
import { slugOf } from './slug';

it('writes durations in their largest whole unit', () => {
  expect([0, 45, 120, 2880, 1500].map(splitDuration)).toEqual([
    { value: 0, unit: 'minutes' },
    { value: 45, unit: 'minutes' },
    { value: 2, unit: 'hours' },
    { value: 2, unit: 'days' },
    { value: 25, unit: 'hours' },
  ]);
});

it('reads lengths', () => {
  expect(lengthsOf(['30', '45 min', '30', 'long', '4', '5000'])).toEqual([30, 45]);
});

it('makes links of titles', () => {
  expect(slugOf('Prüf-Termin, 30 min!')).toBe('pruf-termin-30-min');
  expect(slugOf('…')).toBe('');
});

it('names answers once each', () => {
  expect(keyFor('What is your budget?', [])).toBe('what_is_your_budget');
  expect(keyFor('Notes', ['notes', 'notes_2'])).toBe('notes_3');
  expect(keyFor('?', [])).toBe('question');
  expect(keyFor('3 wishes', [])).toBe('wishes');
});

it('moves entries', () => {
  expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b']);
});

it('writes code for websites that no name can break', () => {
  const popup = embedCode('popup', 'https://tw.example', 'acme', 'demo', 'Q&A <now>');
  expect(popup).toContain('data-tradewind-popup="acme/demo">Q&#38;A &#60;now&#62;</button>');
  expect(popup).toContain('src="https://tw.example/book/embed.js"');
  expect(embedCode('inline', 'https://tw.example', 'acme', 'demo', '')).toContain(
    '<div data-tradewind-inline="acme/demo"></div>',
  );
});
