import { describe, expect, it } from 'vitest';
import { keyOf, labelOf, linesOf } from './labels';

describe('labels', () => {
  it('are made of what people type', () => {
    expect(labelOf('  Delivery time? ')).toBe('delivery_time');
    expect(labelOf('2nd reminder')).toBe('2nd_reminder');
    expect(keyOf('2nd reminder')).toBe('nd_reminder');
    expect(labelOf('?!')).toBe('');
  });

  it('come with examples, one a line', () => {
    expect(linesOf(' when do you open\n\n  are you open \n')).toEqual([
      'when do you open',
      'are you open',
    ]);
  });
});
