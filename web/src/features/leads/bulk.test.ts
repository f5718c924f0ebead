import { beforeAll, describe, expect, it } from 'vitest';
import { loadTexts } from '@/app/i18n';
import { type BulkRun, outcomeOf, progressOf } from './bulk';

beforeAll(() => loadTexts('leads'));

const run = (values: Partial<BulkRun>) => ({ action: 'tag', ...values }) as BulkRun;

describe('a bulk action in words', () => {
  it('tells how far it is', () => {
    expect(progressOf(run({ done: 1200, matched: 34000 }))).toBe('1,200 of 34,000');
  });

  it('tells what it changed, and what it had to leave', () => {
    expect(outcomeOf(run({ changed: 1, skipped: 0 }))).toBe('1 lead tagged.');
    expect(outcomeOf(run({ changed: 12, skipped: 3 }))).toBe(
      '12 leads tagged. 3 left as they were.',
    );
  });

  it('tells why some could not enter a campaign', () => {
    const refused = { in_it: 2, left_out: 1 };
    const put = run({ action: 'add_to_journey', changed: 4, skipped: 4, result: { refused } });
    expect(outcomeOf(put)).toBe(
      '4 leads added. 2 are in it already. 1 is in a segment that the campaign leaves out. 1 left as it was.',
    );
  });
});
