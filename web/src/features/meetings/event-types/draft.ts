import { type EventType, TIMING } from '../queries';
import type { Question } from './questions';

/** What the editor changes of an event type; the hosts are saved apart. */
const FIELDS = [
  ...TIMING,
  'title',
  'slug',
  'description',
  'colour',
  'location',
  'questions',
  'requires_confirmation',
  'cancellation_notice',
  'cancellation_policy',
  'reminders',
  'hidden',
  'booked_stage_id',
] as const satisfies readonly (keyof EventType)[];

export interface HostDraft {
  user_id: string;
  weight: number;
  priority: number;
  schedule_id: string | null;
}

type Stored = Pick<EventType, (typeof FIELDS)[number]>;
type LocationKind = NonNullable<EventType['location']['kind']>;

export interface Settings extends Omit<Stored, 'location' | 'questions'> {
  location: { kind: LocationKind; value: string | null };
  questions: Question[];
}
export type Draft = Settings & { hosts: HostDraft[] };

/** The present values as the form holds them. */
export function draftOf(eventType: EventType): Draft {
  const settings = Object.fromEntries(FIELDS.map((name) => [name, eventType[name]]));
  const { kind = 'jitsi', value = null } = eventType.location;
  settings.location = { kind, value };
  const hosts = eventType.hosts.map((host) => ({
    user_id: host.user_id,
    weight: host.weight ?? 100,
    priority: host.priority ?? 2,
    schedule_id: host.schedule_id ?? null,
  }));
  return { ...(settings as unknown as Settings), hosts };
}
