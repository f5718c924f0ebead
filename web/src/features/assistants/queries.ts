import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';

export type Assistant = Schema<'AssistantRead'>;
export type ConnectionOffer = Schema<'ConnectionOffer'>;
export type ConnectionRequest = Schema<'ConnectionRequest'>;

const ASSISTANTS = '/api/v1/me/assistants';

export const assistantsQuery = () => apiQuery<Assistant[]>(ASSISTANTS);

export const addressQuery = () => ({
  queryKey: ['assistants-address'],
  queryFn: async () => {
    const answer = await fetch('/.well-known/oauth-protected-resource/mcp');
    return ((await answer.json()) as { resource: string }).resource;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

/** What a program asks for. A POST, so that its parameters stay out of logs. */
export const offerQuery = (asked: ConnectionRequest) => ({
  queryKey: ['connection-request', asked],
  queryFn: () => request<ConnectionOffer>('post', `${ASSISTANTS}/requests`, { body: asked }),
  retry: false,
  gcTime: 0,
});

export const decide = (asked: ConnectionRequest, decision: 'allow' | 'deny', scopes: string[]) =>
  request<Schema<'ConnectionAnswer'>>('post', ASSISTANTS, { body: { ...asked, decision, scopes } });

export const disconnect = (id: string) => request('delete', `${ASSISTANTS}/${id}`);
