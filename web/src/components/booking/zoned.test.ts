import { describe, expect, it } from 'vitest';
import { addDays, dayIn, instantAt, minutesIn, mondayOf, weekFrom } from './zoned';

describe('clocks of zones', () => {
  it('tells day and minutes where the zone is', () => {
    const instant = new Date('2026-11-24T23:30:00Z');
    expect(dayIn('Europe/Berlin', instant)).toBe('2026-11-25');
    expect(minutesIn('Europe/Berlin', instant)).toBe(30);
    expect(dayIn('America/New_York', instant)).toBe('2026-11-24');
    expect(minutesIn('Asia/Kathmandu', instant)).toBe(5 * 60 + 15);
  });

  it('finds the instant of a local time, also beside clock changes', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe']) {
      for (const day of ['2026-03-29', '2026-10-25', '2026-11-01', '2026-04-05', '2026-07-01']) {
        for (const minutes of [0, 8 * 60, 12 * 60 + 45, 23 * 60 + 59]) {
          const instant = instantAt(zone, day, minutes);
          expect([dayIn(zone, instant), minutesIn(zone, instant)]).toEqual([day, minutes]);
        }
      }
    }
  });

  it('moves a time that does not exist past the gap', () => {
    const instant = instantAt('Europe/Berlin', '2026-03-29', 150);
    expect(minutesIn('Europe/Berlin', instant)).toBe(210);
  });

  it('counts days over months', () => {
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(mondayOf('2026-11-29')).toBe('2026-11-23');
    expect(mondayOf('2026-11-23')).toBe('2026-11-23');
    expect(weekFrom('2026-12-28').at(-1)).toBe('2027-01-03');
  });
});
