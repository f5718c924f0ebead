import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { type EmailSearch, TROUBLE, TROUBLED } from './search';

export type Adapter = Schema<'AdapterRead'>;
export type Sender = Schema<'SenderRead'>;
export type Domain = Schema<'SendingDomainRead'>;
export type Mailbox = Schema<'MailboxRead'>;
export type Delivery = Schema<'DeliveryRead'>;
export type DeliveryDetail = Schema<'DeliveryDetail'>;
export type Arrival = Schema<'ArrivalRead'>;

export const SENDERS = '/api/v1/email-senders';
export const DOMAINS = '/api/v1/email-domains';
export const MAILBOXES = '/api/v1/email-mailboxes';
export const DELIVERIES = '/api/v1/email-deliveries';
export const ARRIVALS = '/api/v1/email-arrivals';
const PAGE = 25;
const LIVE = 10_000;

export const adaptersQuery = () => apiQuery<Adapter[]>('/api/v1/email-adapters');
export const sendersQuery = () => apiQuery<Sender[]>(SENDERS);
export const domainsQuery = () => apiQuery<Domain[]>(DOMAINS);
export const mailboxesQuery = () => apiQuery<Mailbox[]>(MAILBOXES);

export const deliveriesQuery = ({ state, sender, domain, cursor }: EmailSearch) => ({
  ...apiQuery<Schema<'Page_DeliveryRead_'>>(DELIVERIES, {
    status: state === TROUBLE ? [...TROUBLED] : state,
    sender_id: sender,
    domain,
    cursor,
    limit: PAGE,
  }),
  placeholderData: keepPreviousData,
  refetchInterval: LIVE,
});

export const deliveryQuery = (id: string) => apiQuery<DeliveryDetail>(`${DELIVERIES}/${id}`);

export const arrivalsQuery = ({ kind, cursor }: EmailSearch) => ({
  ...apiQuery<Schema<'Page_ArrivalRead_'>>(ARRIVALS, { kind, cursor, limit: PAGE }),
  placeholderData: keepPreviousData,
});
