import { describe, expect, it } from 'vitest';
import { diffLines, typed, usedNames, valuesOf, withUsedVariables } from './content';
import type { Content } from './queries';

const content: Content = {
  instructions: 'For {{company}}. Not \\{{this}}. {{ tone }}',
  message: '{{company}} {{mail}}',
  variables: [
    { name: 'mail', type: 'text', description: '', required: true, trusted: false, options: [] },
    { name: 'gone', type: 'text', description: '', required: true, trusted: true, options: [] },
  ],
};

describe('variables', () => {
  it('are those the texts use', () => {
    expect(usedNames(content)).toEqual(['company', 'tone', 'mail']);
    const { variables } = withUsedVariables(content);
    expect(variables?.map(({ name, trusted }) => [name, trusted])).toEqual([
      ['company', true],
      ['tone', true],
      ['mail', false],
    ]);
  });

  it('become values of their types', () => {
    const variable = (name: string, type: 'text' | 'number' | 'boolean' | 'list') => ({
      name,
      type,
      description: '',
      required: true,
      trusted: true,
      options: [],
    });
    const variables = [
      variable('n', 'number'),
      variable('b', 'boolean'),
      variable('l', 'list'),
      variable('t', 'text'),
    ];
    expect(valuesOf(variables, { n: '3', b: 'true', l: 'a\n\nb', t: ' ' })).toEqual({
      n: 3,
      b: true,
      l: ['a', 'b'],
    });
    expect(valuesOf(variables, { n: 'three' })).toEqual({ n: 'three' });
    expect([typed(['a', 'b']), typed(3), typed(null)]).toEqual(['a\nb', '3', '']);
  });
});

it('a comparison keeps what is common', () => {
  expect(diffLines('a\nb\nc', 'a\nx\nc\nd')).toEqual([
    { kind: 'same', text: 'a' },
    { kind: 'removed', text: 'b' },
    { kind: 'added', text: 'x' },
    { kind: 'same', text: 'c' },
    { kind: 'added', text: 'd' },
  ]);
});
