import { expect, test } from 'vitest';
import { type ConsentFile, type Options, withMeaning } from './consent-file';

const column = (name: string, means: ConsentFile['columns'][number]['means']) => ({
  name,
  samples: [],
  means,
});
const read = {
  columns: [column('E-mail', 'address'), column('Status', 'state'), column('Day', null)],
} as unknown as ConsentFile;
const options: Options = { channel: 'email', state: 'granted', basis: 'consent' };

test('a column takes its meaning from the one that had it, and what is not in the file is said', () => {
  const next = withMeaning(read, options, 'Day', 'state');
  expect(next).toMatchObject({
    address_column: 'E-mail',
    state_column: 'Day',
    date_column: '-',
    purpose_column: '-',
  });
  expect(withMeaning(read, options, 'Status', null).state_column).toBe('-');
});
