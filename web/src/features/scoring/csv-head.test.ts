import { expect, test } from 'vitest';
import { headOf } from './csv-head';

test('columns are read whatever separates them', () => {
  expect(headOf('id,"Lead, source",won\n1,a,b')).toEqual(['id', 'Lead, source', 'won']);
  expect(headOf('\uFEFFid;Quelle;"sagt ""ja"""\r\n')).toEqual(['id', 'Quelle', 'sagt "ja"']);
  expect(headOf('id\twon')).toEqual(['id', 'won']);
});
