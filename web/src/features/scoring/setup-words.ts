export const TARGETS = ['converted', 'qualified', 'churned'] as const;
export const MODES = ['model', 'rules', 'blend', 'gate'] as const;
export const KINDS = ['condition', 'activity', 'trait', 'recency'] as const;

const PLAIN = /[^a-z0-9]+/g;

/** A key made of a name: “Churn, 90 days” → churn_90_days. */
export function keyOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(PLAIN, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 40);
  return plain || 'score';
}

/** A key that none of `taken` has. */
export function freeKey(name: string, taken: readonly string[]): string {
  const base = keyOf(name).slice(0, 34);
  if (!taken.includes(base)) return base;
  for (let number = 2; ; number += 1) {
    const key = `${base}_${number}`;
    if (!taken.includes(key)) return key;
  }
}
