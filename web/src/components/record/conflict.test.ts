import { describe, expect, it } from 'vitest';
import { conflictsOf, fieldsOf, fieldValue, patchOf } from './conflict';

const base = { city: 'Oslo', phone: null, custom: { plan: 'A', seats: 3 } };

describe('fields of a record', () => {
  it('reads and patches custom values by their key', () => {
    expect(fieldValue(base, 'custom.seats')).toBe(3);
    expect(fieldValue({}, 'custom.seats')).toBeUndefined();
    expect(patchOf('custom.seats', 4)).toEqual({ custom: { seats: 4 } });
    expect(patchOf('city', null)).toEqual({ city: null });
    expect(fieldsOf({ city: 'Bergen', custom: { plan: 'B' } })).toEqual(['city', 'custom.plan']);
  });
});

describe('conflictsOf', () => {
  it('is empty when others changed other fields', () => {
    expect(conflictsOf({ city: 'Bergen' }, base, { ...base, phone: '+47 1' })).toEqual([]);
    const current = { ...base, custom: { plan: 'B', seats: 3 } };
    expect(conflictsOf({ custom: { seats: 4 } }, base, current)).toEqual([]);
  });

  it('names the fields both changed', () => {
    expect(conflictsOf({ city: 'Bergen' }, base, { ...base, city: 'Molde' })).toEqual(['city']);
    const current = { ...base, custom: { plan: 'B', seats: 9 } };
    expect(conflictsOf({ custom: { seats: 4 } }, base, current)).toEqual(['custom.seats']);
  });

  it('is empty when both wanted the same', () => {
    expect(conflictsOf({ city: 'Molde' }, base, { ...base, city: 'Molde' })).toEqual([]);
  });

  it('takes a missing value for an empty one', () => {
    expect(conflictsOf({ phone: '+47 2' }, { city: 'Oslo' }, base)).toEqual([]);
  });
});
