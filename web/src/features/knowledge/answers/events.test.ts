import { expect, test } from 'vitest';
import { takeEvents, textParts } from './events';

test('events are taken whole, however they arrive', () => {
  const sent = 'event: passages\ndata: {"passages":[]}\n\nevent: text\ndata: {"text":"Hi"}\n\n';
  let rest = '';
  const names: string[] = [];
  for (const letter of sent) {
    const [events, left] = takeEvents(rest + letter);
    names.push(...events.map(({ name }) => name));
    rest = left;
  }
  expect(names).toEqual(['passages', 'text']);
  expect(rest).toBe('');
});

test('marks become sources only where a citation has their number', () => {
  expect(textParts('It costs $5 [1].\n2. Press [9]', new Set([1]))).toEqual([
    [{ text: 'It costs $5 ' }, { source: 1 }, { text: '.' }],
    [{ text: '2. Press ' }, { text: '[9]' }],
  ]);
});
