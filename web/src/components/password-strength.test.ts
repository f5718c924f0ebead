import { describe, expect, it } from 'vitest';
import { estimate } from './password-strength';

const strength = async (password: string, about: string[] = []) =>
  (await estimate(password, about)).strength;

describe('estimate', () => {
  it('is nothing for nothing', async () => {
    expect(await strength('')).toBe(0);
  });

  it.each(['Ab1!', 'aaaaaaaaaaaa', 'password1234', 'P@ssw0rd2024', 'qwertyuiop12'])(
    'calls %s weak and says why',
    async (password) => {
      const found = await estimate(password);
      expect(found.strength).toBeLessThan(3);
      if (password.length >= 10) expect(found.advice).not.toBe('');
    },
  );

  it('does not count the person’s own words', async () => {
    const name = 'Oluwaseun Adeyemi';
    expect(await strength('oluwaseun-adeyemi')).toBeGreaterThan(
      await strength('oluwaseun-adeyemi', [name]),
    );
  });

  it('calls unrelated words strong', async () => {
    expect(await strength('tidal-orchard-73-violin')).toBe(4);
  });
});
