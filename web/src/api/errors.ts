/** One field problem as the server reports it; `field` is a dotted path. */
export interface FieldProblem {
  field: string;
  message: string;
}

interface Problem {
  title?: string;
  detail?: string;
  code?: string;
  request_id?: string;
  errors?: FieldProblem[];
  retry_after_seconds?: number;
  current?: unknown;
  [key: string]: unknown;
}

/** A failed answer of the API (RFC 9457). Status 0 means that no answer came. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | undefined;
  readonly fields: Record<string, string>;
  readonly retryAfterSeconds: number | undefined;
  /** The record as it is now on the server, sent with 412. */
  readonly current: unknown;
  readonly body: Problem;

  constructor(status: number, body: Problem, requestId?: string) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.body = body;
    this.code = body.code ?? `http.${status}`;
    this.title = body.title ?? `HTTP ${status}`;
    this.detail = body.detail ?? '';
    this.requestId = body.request_id ?? requestId;
    this.fields = {};
    for (const { field, message } of body.errors ?? []) {
      const before = this.fields[field];
      this.fields[field] = before ? `${before} ${message}` : message;
    }
    this.retryAfterSeconds = body.retry_after_seconds;
    this.current = body.current;
  }

  get offline(): boolean {
    return this.status === 0;
  }
}

/** Reads a problem document from a failed response; a non-JSON body still gives a usable error. */
export async function errorFrom(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? undefined;
  let body: Problem = {};
  try {
    body = (await response.clone().json()) as Problem;
  } catch {
    body = { title: response.statusText || `HTTP ${response.status}` };
  }
  const retryAfter = Number(response.headers.get('retry-after'));
  if (body.retry_after_seconds === undefined && retryAfter > 0) {
    body.retry_after_seconds = retryAfter;
  }
  return new ApiError(response.status, body, requestId);
}

/** Status of failures that never left the browser. */
const CLIENT = -1;

/** No answer came: the network or the server is away. */
export function networkError(reason: unknown): ApiError {
  const detail = reason instanceof Error ? reason.message : String(reason);
  return new ApiError(0, { title: 'No connection', detail, code: 'network' });
}

/** Anything thrown, as an ApiError. */
export function toApiError(reason: unknown): ApiError {
  if (reason instanceof ApiError) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new ApiError(CLIENT, { title: 'Unexpected failure', detail: message, code: 'client' });
}
