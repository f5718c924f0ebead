import { describe, expect, it } from 'vitest';
import { addMonths, boundsOf, dayIn, firstWeekday, moveMonths, weeksOf } from './dates.ts';
import { dayOfKey } from './picker.ts';

const at = (text: string) => Date.parse(text);

describe('months', () => {
  it('have six weeks of seven days that begin where people begin them', () => {
    const weeks = weeksOf('2026-11', firstWeekday('en-US'));
    expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
    expect(weeks[0]?.[0]).toBe('2026-11-01');
    expect(weeksOf('2026-11', firstWeekday('de-DE'))[0]?.[6]).toBe('2026-11-01');
    expect(weeksOf('2026-11', 6)[0]?.[1]).toBe('2026-11-01');
    expect(weeksOf('2028-02', 1).flat().filter(Boolean)).toHaveLength(29);
  });

  it('are moved over years and short months', () => {
    expect(addMonths('2026-11', 3)).toBe('2027-02');
    expect(moveMonths('2028-01-31', 1)).toBe('2028-02-29');
    expect(moveMonths('2026-03-31', -1)).toBe('2026-02-28');
  });

  it('hold every instant that is in them anywhere', () => {
    const [from, to] = boundsOf('2026-05');
    expect(dayIn('Pacific/Kiritimati')(from)).toBe('2026-05-01');
    expect(dayIn('Etc/GMT+12')(to - 1)).toBe('2026-05-31');
  });
});

describe('the local day of an instant', () => {
  it('follows clock changes and odd offsets', () => {
    const berlin = dayIn('Europe/Berlin');
    // The night in which clocks go back: 22:30 UTC before it is after midnight, after it is not.
    expect(berlin(at('2026-10-24T22:30:00Z'))).toBe('2026-10-25');
    expect(berlin(at('2026-10-25T22:30:00Z'))).toBe('2026-10-25');
    expect(dayIn('Asia/Kathmandu')(at('2026-05-04T18:15:00Z'))).toBe('2026-05-05');
    expect(dayIn('Asia/Kathmandu')(at('2026-05-04T18:14:00Z'))).toBe('2026-05-04');
    // Samoa had no 30 December 2011.
    expect(dayIn('Pacific/Apia')(at('2011-12-30T09:59:00Z'))).toBe('2011-12-29');
    expect(dayIn('Pacific/Apia')(at('2011-12-30T10:00:00Z'))).toBe('2011-12-31');
  });
});

describe('keys of the date grid', () => {
  it('move as WAI-ARIA says, and the other way round from right to left', () => {
    const from = '2026-11-18';
    const to = (key: string, shift = false, rtl = false) => dayOfKey(key, shift, from, 1, rtl);
    expect(to('ArrowRight')).toBe('2026-11-19');
    expect(to('ArrowRight', false, true)).toBe('2026-11-17');
    expect(to('ArrowDown')).toBe('2026-11-25');
    expect(to('Home')).toBe('2026-11-16');
    expect(to('End')).toBe('2026-11-22');
    expect(to('PageDown')).toBe('2026-12-18');
    expect(to('PageUp', true)).toBe('2025-11-18');
    expect(to('a')).toBeNull();
  });
});
