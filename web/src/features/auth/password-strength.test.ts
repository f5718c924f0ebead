import { describe, expect, it } from 'vitest';
import { roughStrength } from './password-strength';

describe('roughStrength', () => {
  it('is nothing for nothing', () => {
    expect(roughStrength('')).toBe(0);
  });

  it('calls short or repeated passwords weak', () => {
    expect(roughStrength('Ab1!')).toBe(1);
    expect(roughStrength('aaaaaaaaaaaa')).toBe(1);
    expect(roughStrength('password1234')).toBe(1);
  });

  it('does not count the person’s own words', () => {
    const plain = roughStrength('margaret-hamilton');
    expect(roughStrength('margaret-hamilton', ['Margaret Hamilton'])).toBeLessThan(plain);
  });

  it('calls a long mixed phrase strong', () => {
    expect(roughStrength('tidal-orchard-73-violin')).toBe(4);
  });
});
