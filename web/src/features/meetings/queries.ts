import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import type { Draft } from './event-types/draft';
import type { MeetingsSearch } from './list/search';

export type EventType = Schema<'EventTypeRead'>;
export type Schedule = Schema<'ScheduleRead'>;
export type Fairness = Schema<'FairnessRead'>;
export type Slot = Schema<'SlotRead'>;
export type Explanation = Schema<'SlotExplanation'>;
export type RoutingForm = Schema<'RoutingFormRead'>;
export type RoutingAnswer = Schema<'RoutingAnswerRead'>;
type Meeting = Schema<'MeetingRead'>;

export const EVENT_TYPES = '/api/v1/event-types';
export const AVAILABILITY = '/api/v1/availability';
export const ROUTING_FORMS = '/api/v1/routing-forms';
export const BOOKING_SITES = '/api/v1/booking-sites';
const MEETINGS = '/api/v1/meetings';

export const bookingSitesQuery = () => apiQuery<Schema<'BookingSites'>>(BOOKING_SITES);
export const pipelinesQuery = () => apiQuery<Schema<'PipelineRead'>[]>('/api/v1/pipelines');
export const eventTypesQuery = () => apiQuery<EventType[]>(EVENT_TYPES);
export const eventTypeQuery = (id: string) => apiQuery<EventType>(`${EVENT_TYPES}/${id}`);
export const fairnessQuery = (id: string) => apiQuery<Fairness>(`${EVENT_TYPES}/${id}/fairness`);
export const schedulesQuery = () => apiQuery<Schedule[]>(AVAILABILITY);
export const routingFormsQuery = () => apiQuery<RoutingForm[]>(ROUTING_FORMS);
export const routingFormQuery = (id: string) => apiQuery<RoutingForm>(`${ROUTING_FORMS}/${id}`);
export const routingAnswersQuery = (id: string, cursor: string | undefined) => ({
  ...apiQuery<Schema<'Page_RoutingAnswerRead_'>>(`${ROUTING_FORMS}/${id}/answers`, { cursor }),
  placeholderData: keepPreviousData,
});

/** What of an event type decides when it is offered. */
export const TIMING = [
  'lengths',
  'assignment',
  'lead_owner_first',
  'buffer_before',
  'buffer_after',
  'minimum_notice',
  'window_kind',
  'window_days',
  'window_start',
  'window_end',
  'increment',
  'seats',
  'limit_per_day',
  'limit_per_week',
  'schedule_id',
] as const;

interface Look {
  start: string;
  end: string;
  length: number;
  at: string | undefined;
}

/** Free times as they would be with changes that are not saved yet. */
export const previewQuery = (
  { id, version }: EventType,
  { hosts, ...settings }: Partial<Draft>,
  look: Look,
) => {
  const changed = Object.fromEntries(
    TIMING.filter((name) => name in settings).map((name) => [name, settings[name]]),
  );
  const body = { ...look, settings: changed, ...(hosts ? { hosts } : {}) };
  return queryOptions({
    // Below the event types: what is booked or changed elsewhere makes it stale.
    queryKey: ['get', `${EVENT_TYPES}/${id}/preview`, version, body],
    queryFn: ({ signal }) =>
      request<Schema<'SlotPreview'>>('post', `${EVENT_TYPES}/${id}/preview`, { body, signal }),
    placeholderData: keepPreviousData,
    enabled: hosts?.length !== 0,
    retry: false,
  });
};

interface MeetingPage {
  items: Meeting[];
  next_cursor: string | null;
  previous_cursor: string | null;
}

const OF_TAB = {
  upcoming: { when: 'upcoming', state: 'confirmed' },
  past: { when: 'past', state: 'confirmed' },
  waiting: { when: 'upcoming', state: 'pending' },
  cancelled: { state: 'cancelled' },
};
export const meetingsQuery = ({ tab, host, type, cursor }: MeetingsSearch) =>
  apiQuery<MeetingPage>(MEETINGS, {
    ...OF_TAB[tab ?? 'upcoming'],
    host_id: host,
    event_type_id: type,
    cursor,
    limit: 50,
  });

interface Week {
  start: string;
  end: string;
  host: string | undefined;
  type: string | undefined;
}
export const weekQuery = ({ host, type, ...span }: Week) => ({
  ...apiQuery<MeetingPage>(MEETINGS, {
    ...span,
    state: ['pending', 'confirmed'],
    host_id: host,
    event_type_id: type,
    limit: 200,
  }),
  placeholderData: keepPreviousData,
});
export const meetingQuery = (id: string) => apiQuery<Meeting>(`${MEETINGS}/${id}`);
export const waitingQuery = (type: string | undefined) =>
  apiQuery<Schema<'WaitingRead'>[]>(`${MEETINGS}/waiting`, { event_type_id: type });
