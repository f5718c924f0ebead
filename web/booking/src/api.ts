/** Calls of the public API. They carry no cookies: who is signed in does not matter here. */
import type { ApiSlot } from './types.ts';

const PATIENCE_MILLISECONDS = 30_000;

/** An answer that is no success. `code` is stable; `offline` means that no answer came at all. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly fields: string[],
    readonly alternatives: ApiSlot[],
  ) {
    super(code);
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

interface Problem {
  code?: string;
  errors?: { field: string }[];
  alternatives?: ApiSlot[];
}

/** Call the API; raises Failure. `key` makes a repeated call have one effect. */
export async function call<Answer>(
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  key?: string,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      credentials: 'omit',
      signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(key && { 'Idempotency-Key': key }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Failure(0, 'offline', [], []);
  }
  if (response.ok) return (response.status === 204 ? undefined : await response.json()) as Answer;
  const problem: Problem = await response.json().catch(() => ({}));
  throw new Failure(
    response.status,
    problem.code ?? `http_${response.status}`,
    (problem.errors ?? []).map((error) => error.field),
    problem.alternatives ?? [],
  );
}
