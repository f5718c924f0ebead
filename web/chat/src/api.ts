/** Calls of the API. They carry no cookies: the visitor is known by a token in this site's own storage. */

const PATIENCE_MILLISECONDS = 30_000;

/** An answer that is no success. `code` is stable, `detail` is in words; status 0 means that no answer came at all. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly wait: number,
  ) {
    super(code);
  }

  /** Whether the same may work later without anybody doing anything. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status > 499;
  }
}

export type Method = 'GET' | 'POST' | 'DELETE';

/** The API of one widget. */
export class Api {
  token: string | null = null;

  constructor(
    readonly origin: string,
    readonly key: string,
  ) {}

  url(path: string): string {
    return `${this.origin}/api/v1/chat/${this.key}${path}`;
  }

  /** Call and read JSON. Raises Failure. */
  async call<Answer>(method: Method, path: string, body?: unknown): Promise<Answer> {
    const answer = await this.send(method, path, body);
    return (answer.status === 204 ? undefined : await answer.json()) as Answer;
  }

  /** Call; the answer is a success. Raises Failure. */
  async send(method: Method, path: string, body?: unknown): Promise<Response> {
    const form = body instanceof FormData;
    let answer: Response;
    try {
      answer = await fetch(this.url(path), {
        method,
        credentials: 'omit',
        signal: AbortSignal.timeout(form ? 4 * PATIENCE_MILLISECONDS : PATIENCE_MILLISECONDS),
        headers: {
          ...(this.token && { 'Chat-Token': this.token }),
          ...(body !== undefined && !form && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: form ? body : JSON.stringify(body) }),
      });
    } catch {
      throw new Failure(0, 'offline', '', 0);
    }
    if (answer.ok) return answer;
    const problem: { code?: string; detail?: string } = await answer.json().catch(() => ({}));
    const wait = Number(answer.headers.get('Retry-After')) || 0;
    throw new Failure(answer.status, problem.code ?? '', problem.detail ?? '', wait);
  }
}
