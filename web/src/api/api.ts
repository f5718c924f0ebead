import createFetchClient from 'openapi-fetch';
import createQueryClient from 'openapi-react-query';
import { address, type QueryValue } from './client';
import type { components, paths } from './schema';
import { apiFetch } from './transport';

/** A shape of the server by its name: `Schema<'LeadRead'>`. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Typed calls: `await api.POST('/api/v1/leads', { body })`. Failures are thrown as ApiError. */
export const api = createFetchClient<paths>({
  fetch: apiFetch,
  credentials: 'same-origin',
  // Conditions travel as JSON in one parameter; empty values are left out.
  querySerializer: (query) => address('', query as Record<string, QueryValue>).slice(1),
});

/** Typed queries and mutations: `$api.useQuery('get', '/api/v1/leads', { params: { query } })`. */
export const $api = createQueryClient(api);
