import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';

export type Adapter = Schema<'AdapterRead'>;
export type Sender = Schema<'SenderRead'>;
export type Domain = Schema<'SendingDomainRead'>;
export type Mailbox = Schema<'MailboxRead'>;

export const SENDERS = '/api/v1/email-senders';
export const DOMAINS = '/api/v1/email-domains';
export const MAILBOXES = '/api/v1/email-mailboxes';

export const adaptersQuery = () => apiQuery<Adapter[]>('/api/v1/email-adapters');
export const sendersQuery = () => apiQuery<Sender[]>(SENDERS);
export const domainsQuery = () => apiQuery<Domain[]>(DOMAINS);
export const mailboxesQuery = () => apiQuery<Mailbox[]>(MAILBOXES);
