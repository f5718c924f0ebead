import { expect, test } from 'vitest';
import { merged } from './merge';

test('a merge keeps every paragraph of both, in a sensible order', () => {
  const theirs = { title: 'Billing', content: 'Start\n\nMonthly, by card.\n\nEnd' };
  const mine = { title: 'Billing!', content: 'Start\n\nMonthly, in advance.\n\nEnd\n\nNew' };
  expect(merged(mine, theirs)).toEqual({
    title: 'Billing!',
    content: 'Start\n\nMonthly, in advance.\n\nMonthly, by card.\n\nEnd\n\nNew',
  });
  expect(merged({ title: 'a', content: '' }, theirs).content).toBe(theirs.content);
});
