export const MIN_LENGTH = 10;

export type Strength = 0 | 1 | 2 | 3 | 4;

export interface Estimate {
  /** 0 nothing, 1 too weak, 2 weak (both are refused), 3 good, 4 strong. */
  strength: Strength;
  /** Why it is weak and what would help, in the estimator's own English. */
  advice: string;
}

// Its time grows with the square of the length; the server looks at as many.
const JUDGED = 72;

/**
 * How hard a password is to guess, by the estimator and the dictionaries that the server judges with.
 * They are large and come only when someone chooses a password; nothing leaves the browser.
 */
export async function estimate(password: string, about: readonly string[] = []): Promise<Estimate> {
  if (password.length === 0) return { strength: 0, advice: '' };
  const { default: zxcvbn } = await import('zxcvbn');
  const words = about.flatMap((item) => item.toLowerCase().split(/[^\p{L}\p{N}]+/u));
  const { score, feedback } = zxcvbn(password.slice(0, JUDGED), [
    ...words.filter((word) => word.length > 2),
    'tradewind',
  ]);
  const strength = password.length < MIN_LENGTH ? 1 : (Math.max(1, score) as Strength);
  const advice = strength > 2 ? '' : feedback.warning || (feedback.suggestions[0] ?? '');
  return { strength, advice };
}
