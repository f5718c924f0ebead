import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { ApiError } from '@/api/errors';

export type Widget = Schema<'WidgetRead'>;
export type StoredSettings = Required<Widget['settings']>;
export type ChatConfig = Schema<'ChatConfig'>;
export type IdentitySecret = Schema<'IdentitySecret'>;

export const WIDGETS = '/api/v1/chat-widgets';

/** How often a page looks whether the snippet was seen, while it was not. */
const LOOK_MS = 5_000;

export const widgetsQuery = () => apiQuery<Widget[]>(WIDGETS);
export const widgetQuery = (id: string) => ({
  ...apiQuery<Widget>(`${WIDGETS}/${id}`),
  refetchInterval: ({ state }: { state: { data: Widget | undefined } }) =>
    state.data && state.data.seen_at === null ? LOOK_MS : (false as const),
});

interface Named {
  id: string;
  name: string;
}

export const agentsQuery = () => apiQuery<Named[]>('/api/v1/agents');

export interface PreviewBody {
  agent_id: string | null;
  settings: StoredSettings;
  language: string;
}

export const previewQuery = (body: PreviewBody) => ({
  queryKey: ['post', `${WIDGETS}/previews`, body] as const,
  queryFn: () => request<ChatConfig>('post', `${WIDGETS}/previews`, { body }),
});

/** Field problems of the settings, named as the form names them. */
export function ofForm(reason: unknown): unknown {
  if (!(reason instanceof ApiError) || !reason.body.errors) return reason;
  const errors = reason.body.errors.map(({ field, message }) => ({
    field: field.replace(/^(body\.)?settings\./, ''),
    message,
  }));
  return new ApiError(reason.status, { ...reason.body, errors }, reason.requestId);
}
