export interface Passed {
  name: string;
  suite: string;
  run: string | undefined;
  passed: number;
  total: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

/** The suite, and its run, for which publishing was refused; undefined where it was not the gate. */
export function refusedBy(problem: Record<string, unknown>) {
  const { suite_id: suite, run_id: run } = problem;
  if (typeof suite !== 'string') return undefined;
  return { suite, run: typeof run === 'string' ? run : undefined };
}

/** The suites that a version had to pass before it was published. */
export function passedOf(gate: Record<string, unknown> | null): Passed[] {
  const suites = gate?.simulations;
  if (!isRecord(suites)) return [];
  return Object.entries(suites).flatMap(([name, found]) =>
    isRecord(found) && typeof found.suite_id === 'string'
      ? [
          {
            name,
            suite: found.suite_id,
            run: typeof found.run_id === 'string' ? found.run_id : undefined,
            passed: Number(found.passed ?? 0),
            total: Number(found.total ?? 0),
          },
        ]
      : [],
  );
}
