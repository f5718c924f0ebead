export const MIN_LENGTH = 10;

export type Strength = 0 | 1 | 2 | 3 | 4;

const RUNS =
  /(.)\1{2,}|0123|1234|2345|3456|4567|5678|6789|abcd|qwert|asdf|passwor|letmein|welcome/gi;

/**
 * A quick guess while typing, 0 (nothing) to 4 (strong). Only a hint: the server has the dictionary
 * and the last word, and its reasons replace the hint after sending.
 */
export function roughStrength(password: string, about: readonly string[] = []): Strength {
  if (password.length === 0) return 0;
  let text = password.toLowerCase();
  for (const word of about.flatMap((item) => item.toLowerCase().split(/[^\p{L}\p{N}]+/u))) {
    if (word.length > 2) text = text.replaceAll(word, '');
  }
  text = text.replace(RUNS, '.');
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((kind) =>
    kind.test(password),
  ).length;
  const bits = text.length * (2.2 + kinds * 0.6);
  if (password.length < MIN_LENGTH || bits < 24) return 1;
  if (bits < 38) return 2;
  return bits < 52 ? 3 : 4;
}
