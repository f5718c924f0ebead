/** The entries of `after` that differ from `before`. */
export function changedSettings<Values extends object>(
  before: Values,
  after: Values,
): Partial<Values> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof Values] !== value),
  ) as Partial<Values>;
}
