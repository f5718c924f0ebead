import { describe, expect, it } from 'vitest';
import { entriesOf, hoursOf, nextRange, parseTime, problemOf, timeOf, weekOf } from './weekly';

describe('weekly hours', () => {
  it('reads what people type', () => {
    const read = ['9', '930', '9:30', '17.30', '5pm', '12am', '12 pm', '24:00', '0900'].map(
      parseTime,
    );
    expect(read).toEqual([
      '09:00',
      '09:30',
      '09:30',
      '17:30',
      '17:00',
      '00:00',
      '12:00',
      '24:00',
      '09:00',
    ]);
    expect(['', '25', '9:60', '13pm', 'noon', '24:01'].map(parseTime)).toEqual(
      Array(6).fill(undefined),
    );
  });

  it('turns entries into days and back', () => {
    const entries = [
      { days: [1, 2, 3, 4], start: '09:00', end: '12:00' },
      { days: [1, 2, 3, 4], start: '13:00', end: '17:00' },
      { days: [5], start: '09:00', end: '15:00' },
    ];
    const week = weekOf(entries);
    expect(week[4]).toEqual([{ start: '09:00', end: '15:00' }]);
    expect(week[6]).toEqual([]);
    expect(entriesOf(week)).toEqual(entries);
    expect(hoursOf(week)).toBe(34);
  });

  it('finds what cannot be', () => {
    expect(problemOf([{ start: '12:00', end: '09:00' }])).toBe('reversed');
    const overlapping = [
      { start: '13:00', end: '17:00' },
      { start: '09:00', end: '13:30' },
    ];
    expect(problemOf(overlapping)).toBe('overlap');
    const touching = [
      { start: '09:00', end: '12:00' },
      { start: '12:00', end: '13:00' },
    ];
    expect(problemOf(touching)).toBeUndefined();
  });

  it('offers a next range inside the day', () => {
    expect(nextRange([])).toEqual({ start: '09:00', end: '17:00' });
    expect(nextRange([{ start: '09:00', end: '12:00' }])).toEqual({ start: '13:00', end: '15:00' });
    expect(nextRange([{ start: '09:00', end: '23:30' }])).toEqual({ start: '23:30', end: '24:00' });
    expect(nextRange([{ start: '09:00', end: '24:00' }])).toBeUndefined();
    expect(timeOf(-5)).toBe('00:00');
  });
});
