import { expect, test } from 'vitest';
import { clashes, IGNORE, initialChoices, mappingBody, matchKeys, NEW, stepOf } from './mapping';
import type { Import } from './queries';

const suggestion = (source: string, over: object = {}) => ({
  source,
  target: null,
  create: null,
  ignore: false,
  confidence: 1,
  reason: '',
  format: null,
  used_for_scoring: true,
  scoring_reason: null,
  association: null,
  filled: 1,
  empty: 0,
  distinct: 1,
  samples: [],
  placeholders: [],
  notes: [],
  ...over,
});

const entry = {
  state: 'ready',
  mapping: null,
  suggestions: [
    suggestion('Mail', { target: 'email' }),
    suggestion('City', { create: { label: 'City', kind: 'select', options: ['Mumbai'] } }),
    suggestion('Tags', { create: { label: 'Tags', kind: 'text' }, used_for_scoring: false }),
    suggestion('Junk', { ignore: true }),
  ],
} as unknown as Import;

test('suggestions become choices, a stored mapping wins over them', () => {
  expect(initialChoices(entry).map((choice) => choice.target)).toEqual(['email', NEW, NEW, IGNORE]);
  const stored = {
    ...entry,
    mapping: {
      columns: [
        { source: 'Mail', ignore: true },
        { source: 'Junk', target: 'phone' },
      ],
    },
  } as unknown as Import;
  expect(initialChoices(stored).map((choice) => choice.target)).toEqual([
    IGNORE,
    NEW,
    NEW,
    'phone',
  ]);
});

test('the request states exactly one of target, create and ignore', () => {
  const options = { duplicates: 'skip', bad_cells: 'reject', match_on: ['email'] };
  const body = mappingBody(entry, initialChoices(entry), options);
  expect(body.columns[0]).toMatchObject({ source: 'Mail', target: 'email' });
  expect(body.columns[1]).toMatchObject({
    create: { label: 'City', kind: 'select', options: ['Mumbai'] },
  });
  expect(body.columns[2]).toMatchObject({ used_for_scoring: false });
  expect(body.columns[3]).toMatchObject({ ignore: true });
});

test('a field still to be made stays a new one after saving, with its name and kind', () => {
  const create = { key: 'place', label: 'Place', kind: 'text', options: [] };
  const stored = {
    ...entry,
    mapping: { columns: [{ source: 'City', target: 'custom.place', create }] },
  } as unknown as Import;
  expect(initialChoices(stored)[1]).toMatchObject({ target: NEW, label: 'Place', kind: 'text' });
  const options = { duplicates: 'skip', bad_cells: 'reject', match_on: [] };
  expect(mappingBody(stored, initialChoices(stored), options).columns[1]).toMatchObject({
    create: { label: 'Place', kind: 'text' },
  });
});

test('leads are found by keys that a column fills', () => {
  expect(matchKeys(initialChoices(entry))).toEqual(['email']);
});

test('two columns for one field clash', () => {
  const choices = initialChoices(entry).map((choice) => ({ ...choice, target: 'email' }));
  expect([...clashes(choices)]).toEqual(['email']);
});

test('coming back lands where the import stands', () => {
  expect(stepOf({ state: 'uploaded' }, 'preview')).toBe('reading');
  expect(stepOf({ state: 'ready' }, undefined)).toBe('map');
  expect(stepOf({ state: 'ready' }, 'preview')).toBe('preview');
  expect(stepOf({ state: 'running' }, 'map')).toBe('result');
});
