import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import type { SourceSearch } from './search';

export type Source = Schema<'SourceRead'>;
export type EventRow = Schema<'EventRow'>;
export type EventDetail = Schema<'EventDetail'>;
export type Rejection = Schema<'RejectionRead'>;
export type Volumes = Schema<'VolumesRead'>;
export type KindOfEvent = Schema<'SchemaRead'>;
export type SchemaDetail = Schema<'SchemaDetail'>;
export type PropertyRule = Schema<'PropertyRule'>;

export const SOURCES = '/api/v1/sources';
export const SCHEMAS = '/api/v1/event-schemas';
export const PAGE = 50;
const OFTEN = 10_000;
/** While a source waits for its first event, news of it may come this late where no live message does. */
const WAITING = 3_000;

interface PageOf<Row> {
  items: Row[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

export const sourcesQuery = () => ({ ...apiQuery<Source[]>(SOURCES), refetchInterval: OFTEN });
export const sourceQuery = (id: string) => ({
  ...apiQuery<Source>(`${SOURCES}/${id}`),
  refetchInterval: ({ state }: { state: { data: Source | undefined } }) =>
    state.data && !state.data.first_event_at ? WAITING : OFTEN,
});
export const volumesQuery = (id: string, { range = '24h' }: SourceSearch) => ({
  ...apiQuery<Volumes>(`${SOURCES}/${id}/volumes`, { range }),
  placeholderData: keepPreviousData,
  refetchInterval: OFTEN,
});
export const eventsQuery = (
  id: string,
  { type, name, visitor, bots, cursor, size }: SourceSearch,
) => ({
  ...apiQuery<PageOf<EventRow>>(`${SOURCES}/${id}/events`, {
    type,
    name,
    visitor,
    likely_bot: bots && bots === 'only',
    cursor,
    limit: size ?? PAGE,
  }),
  placeholderData: keepPreviousData,
});
export const eventQuery = (id: string, event: string) =>
  apiQuery<EventDetail>(`${SOURCES}/${id}/events/${event}`);
export const rejectionsQuery = (id: string, { cursor, size }: SourceSearch) => ({
  ...apiQuery<PageOf<Rejection>>(`${SOURCES}/${id}/rejections`, { cursor, limit: size ?? PAGE }),
  placeholderData: keepPreviousData,
});
export const schemasQuery = (id: string) => apiQuery<KindOfEvent[]>(`${SOURCES}/${id}/schemas`);
export const schemaQuery = (id: string) => apiQuery<SchemaDetail>(`${SCHEMAS}/${id}`);
