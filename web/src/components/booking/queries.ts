import { keepPreviousData } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';

export type Meeting = Schema<'MeetingRead'>;
export type BookableType = Schema<'EventTypeRead'>;
export type Slot = Schema<'SlotRead'>;

export const MEETINGS = '/api/v1/meetings';
export const EVENT_TYPES = '/api/v1/event-types';

export const eventTypesQuery = () => apiQuery<BookableType[]>(EVENT_TYPES);

interface Span {
  start: string;
  end: string;
  length?: number | undefined;
  lead_id?: string | undefined;
  moving?: string | undefined;
}

/** Times that can be booked; asked for anew each time it is opened. */
export const slotsQuery = (eventTypeId: string, span: Span) => ({
  ...apiQuery<{ slots: Slot[] }>(`${EVENT_TYPES}/${eventTypeId}/slots`, { ...span }),
  placeholderData: keepPreviousData,
});

/** After a meeting was booked, moved or cancelled. */
export const refreshMeetings = () =>
  invalidatePaths(MEETINGS, EVENT_TYPES, '/api/v1/leads', '/api/v1/dashboard');
