import { describe, expect, it } from 'vitest';
import { snoozedUntil } from './snooze';

const SUNDAY = new Date(2026, 10, 22, 11, 30);

describe('snoozing', () => {
  it('ends at sensible times of the reader’s own day', () => {
    expect(snoozedUntil('hour', SUNDAY)).toEqual(new Date(2026, 10, 22, 12, 30));
    expect(snoozedUntil('evening', SUNDAY)).toEqual(new Date(2026, 10, 22, 17));
    expect(snoozedUntil('tomorrow', SUNDAY)).toEqual(new Date(2026, 10, 23, 9));
    expect(snoozedUntil('monday', SUNDAY)).toEqual(new Date(2026, 10, 23, 9));
    expect(snoozedUntil('monday', new Date(2026, 10, 23, 8))).toEqual(new Date(2026, 10, 30, 9));
  });

  it('offers no evening that is nearly here', () => {
    expect(snoozedUntil('evening', new Date(2026, 10, 22, 16, 30))).toBeUndefined();
  });
});
