import { type QueryKey, queryOptions } from '@tanstack/react-query';
import { apiFetch } from './transport';

export type QueryValue = string | number | boolean | null | undefined | object;

export interface RequestOptions {
  query?: Record<string, QueryValue>;
  body?: unknown;
  /** Record version; sent as If-Match so that two people editing one record are noticed. */
  version?: number | undefined;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The header that makes a write conditional on the version the user saw. */
export function ifMatch(version: number | undefined): Record<string, string> {
  return version === undefined ? {} : { 'If-Match': `"${version}"` };
}

/** Address with its query; empty values are left out, lists repeat the name, objects travel as JSON. */
export function address(path: string, query: Record<string, QueryValue> = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue;
    if (Array.isArray(value)) {
      for (const one of value) parameters.append(name, String(one));
      continue;
    }
    parameters.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

function send(
  method: Method,
  path: string,
  { query, body, version, signal, headers }: RequestOptions,
): Promise<Response> {
  const form = body instanceof FormData;
  return apiFetch(
    new Request(new URL(address(path, query), location.origin), {
      method: method.toUpperCase(),
      headers: {
        Accept: 'application/json',
        ...(body !== undefined && !form ? { 'Content-Type': 'application/json' } : {}),
        ...ifMatch(version),
        ...headers,
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
      credentials: 'same-origin',
    }),
  );
}

/** One call of the API. `path` includes `/api/v1`. Throws ApiError. */
export async function request<T>(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204 || response.headers.get('content-length') === '0') {
    return undefined as T;
  }
  return (await response.json()) as T;
}

/** One call of the API that is answered with a file. Throws ApiError. */
export async function requestFile(
  method: Method,
  path: string,
  options: RequestOptions = {},
): Promise<Blob> {
  return (await send(method, path, options)).blob();
}

/** Query key of a GET: method, path, parameters. */
export function apiKey(path: string, query?: Record<string, QueryValue>): QueryKey {
  return query ? ['get', path, query] : ['get', path];
}

/** Query options of a GET, for `useQuery`, loaders and prefetching alike. */
export function apiQuery<T>(path: string, query?: Record<string, QueryValue>) {
  return queryOptions({
    queryKey: apiKey(path, query),
    queryFn: ({ signal }) => request<T>('get', path, { ...(query ? { query } : {}), signal }),
  });
}
