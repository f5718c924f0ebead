import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { EndpointSearch } from './search';

export type Endpoint = Schema<'EndpointRead'>;
export type Delivery = Schema<'WebhookDeliveryRead'>;
export type DeliveryDetail = Schema<'WebhookDeliveryDetail'>;
export type Attempt = Schema<'WebhookAttemptRead'>;
export type EventType = Schema<'WebhookEventTypeRead'>;
export type Secret = Schema<'SecretRead'>;

export const ENDPOINTS = '/api/v1/webhook-endpoints';
export const DELIVERIES = '/api/v1/webhook-deliveries';

export const endpointsQuery = () => apiQuery<Endpoint[]>(ENDPOINTS);
export const endpointQuery = (id: string) => ({
  ...apiQuery<Endpoint>(`${ENDPOINTS}/${id}`),
  refetchInterval: 10_000,
});
export const eventTypesQuery = () => ({
  ...apiQuery<EventType[]>('/api/v1/webhook-event-types'),
  staleTime: 600_000,
});

interface DeliveryPage {
  items: Delivery[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

export const deliveriesQuery = (id: string, { state, type, cursor }: EndpointSearch) => ({
  ...apiQuery<DeliveryPage>(DELIVERIES, { endpoint_id: id, state, type, cursor, limit: 50 }),
  placeholderData: keepPreviousData,
  refetchInterval: 10_000,
});

/** While a delivery is under way its page looks again every two seconds. */
export const deliveryQuery = (id: string) => ({
  ...apiQuery<DeliveryDetail>(`${DELIVERIES}/${id}`),
  refetchInterval: ({ state }: { state: { data: DeliveryDetail | undefined } }) =>
    state.data && ['delivered', 'failed'].includes(state.data.state) ? false : 2_000,
});
