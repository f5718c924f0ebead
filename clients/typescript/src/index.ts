/** The typed client of the Tradewind API: one function for each operation, over `fetch`, without dependencies. */
import { addresses } from './addresses.js';
import type { components, operations } from './schema.js';

export type Schemas = components['schemas'];
export type OperationId = keyof operations;

type Parts<Id extends OperationId> = operations[Id]['parameters'];
type Given<Part> = [Part] extends [never] ? undefined : Exclude<Part, undefined>;
type Wanted<Name extends string, Part> = [Exclude<Part, undefined>] extends [never]
  ? { [K in Name]?: undefined }
  : undefined extends Part
    ? { [K in Name]?: Given<Part> }
    : { [K in Name]: Part };
type JsonOf<T> = T extends { content: { 'application/json': infer Body } } ? Body : never;
type BodyOf<Id extends OperationId> = operations[Id] extends { requestBody: infer Body }
  ? JsonOf<Body>
  : operations[Id] extends { requestBody?: infer Body }
    ? JsonOf<Exclude<Body, undefined>> | undefined
    : undefined;
type Answers<Id extends OperationId> = operations[Id]['responses'];
type Success<Id extends OperationId> = Answers<Id>[Extract<
  keyof Answers<Id>,
  200 | 201 | 202 | 204
>];
type Shape<T> = T extends { content: infer Content }
  ? Content extends { 'application/json': infer Body }
    ? Body | (keyof Content extends 'application/json' ? never : Response)
    : Content extends undefined
      ? undefined
      : Response
  : undefined;

/** What an operation takes: `path` and `query` values, `body`, further `headers`, and a `signal` to give up. */
export type Input<Id extends OperationId> = Wanted<'path', Parts<Id>['path']> &
  Wanted<'query', Parts<Id>['query']> &
  Wanted<'body', BodyOf<Id>> & {
    headers?: Record<string, string>;
    /** Makes a POST safe to repeat: within 24 hours the first answer comes back and nothing is done twice. */
    idempotencyKey?: string;
    signal?: AbortSignal;
  };

/** What an operation answers: JSON as it is typed, nothing for 204, the whole response where it is no JSON. */
export type Output<Id extends OperationId> = Shape<Success<Id>>;

type Call<Id extends OperationId> =
  Record<never, never> extends Input<Id>
    ? (input?: Input<Id>) => Promise<Output<Id>>
    : (input: Input<Id>) => Promise<Output<Id>>;

export type Client = { readonly [Id in OperationId]: Call<Id> };

export interface ClientOptions {
  /** Address of the installation, such as https://tradewind.example.com */
  baseUrl: string;
  /** An API key (tw_live_…) or an access token. */
  token?: string;
  /** Another `fetch`, for instance one with a proxy or with retries. */
  fetch?: typeof fetch;
  /** Sent with every request. */
  headers?: Record<string, string>;
}

/** The server refused. Programs decide by `code`; all codes stand at /docs/errors. */
export class TradewindError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: { field: string; message: string }[];
  readonly requestId: string | undefined;
  readonly response: Response;

  constructor(response: Response, problem: Record<string, unknown>) {
    const detail = String(problem.detail ?? problem.title ?? response.statusText);
    super(`${response.status} ${detail}`);
    this.name = 'TradewindError';
    this.status = response.status;
    this.code = String(problem.code ?? 'unknown');
    this.detail = detail;
    this.errors = Array.isArray(problem.errors) ? problem.errors : [];
    this.requestId = typeof problem.request_id === 'string' ? problem.request_id : undefined;
    this.response = response;
  }
}

interface AnyInput {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** A client; each operation of the API reference is a function named like its `operationId`. */
export function createClient(options: ClientOptions): Client {
  const call = (id: string, input: AnyInput = {}) => send(options, id, input);
  return new Proxy({} as Client, {
    get: (_, id) =>
      typeof id === 'string' && id in addresses ? (input?: AnyInput) => call(id, input) : undefined,
  });
}

async function send(options: ClientOptions, id: string, input: AnyInput): Promise<unknown> {
  const [method, template] = addresses[id] as [string, string];
  const response = await (options.fetch ?? fetch)(address(options.baseUrl, template, input), {
    method,
    headers: {
      Accept: 'application/json',
      ...(options.token ? { Authorization: `Bearer ${options.token}` } : {}),
      ...(input.body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(input.idempotencyKey ? { 'Idempotency-Key': input.idempotencyKey } : {}),
      ...options.headers,
      ...input.headers,
    },
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    ...(input.signal ? { signal: input.signal } : {}),
  });
  const isJson = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
  if (!response.ok) {
    throw new TradewindError(response, isJson ? await response.json().catch(() => ({})) : {});
  }
  if (response.status === 204) return undefined;
  return isJson ? response.json() : response;
}

function address(base: string, template: string, { path, query }: AnyInput): URL {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = path?.[name];
    if (value === undefined || value === '') throw new TypeError(`path.${name} is missing`);
    return encodeURIComponent(String(value));
  });
  const url = new URL(base.replace(/\/+$/, '') + filled);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) url.searchParams.append(name, String(item));
    }
  }
  return url;
}

interface PageOf<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** All items of a list, page by page: `for await (const lead of everything(api.leads_list, { query: { limit: 100 } }))`. */
export async function* everything<Item, Given extends { query?: object }>(
  list: (input: Given) => Promise<PageOf<Item>>,
  input: Given,
): AsyncGenerator<Item> {
  let cursor: string | null | undefined;
  do {
    const query = { ...input.query, ...(cursor ? { cursor } : {}) };
    const page = await list({ ...input, query });
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor);
}
