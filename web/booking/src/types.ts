/** What the server puts into the page, and what its public API answers. Times are ISO 8601 in UTC. */

export interface Question {
  key: string;
  label: string;
  kind: 'text' | 'textarea' | 'select' | 'checkbox' | 'phone' | 'number';
  required: boolean;
  options: string[];
}

export interface EventFacts {
  slug: string;
  title: string;
  lengths: number[];
  asks_phone: boolean;
  questions: Question[];
  seats: number;
  requires_confirmation: boolean;
  cancellation_policy: string;
}

/** Free instants of whole months as minutes since 1970: a tenth of the API's JSON. */
export interface PackedSlots {
  length: number;
  months: string[];
  starts: number[];
  seats_left: number[] | null;
  /** The first free time after them, where they have none. */
  next_at: string | null;
}

export interface ApiSlot {
  starts_at: string;
  ends_at: string;
  seats_left?: number;
}

/** `next_at`: the first later one, where there are none. */
export interface ApiSlots {
  slots: ApiSlot[];
  next_at: string | null;
}

export interface Place {
  kind: string;
  value: string | null;
}

/** A meeting as the answer to its booking. */
export interface Booked {
  token: string;
  state: 'pending' | 'confirmed';
  title: string;
  starts_at: string;
  ends_at: string;
  location: Place;
  join_url: string | null;
}

/** What a signed link is about: a meeting, an offer of a time that is held, or a place on a waiting list. */
export interface Linked {
  kind: 'meeting' | 'offer' | 'waiting';
  state:
    | 'pending'
    | 'confirmed'
    | 'cancelled'
    | 'held'
    | 'waiting'
    | 'offered'
    | 'booked'
    | 'left'
    | 'expired';
  title: string;
  email: string;
  time_zone: string;
  length: number;
  starts_at: string | null;
  ends_at: string | null;
  location: Place;
  join_url: string | null;
  confirmed_at: string | null;
  held_until: string | null;
  can_move: boolean;
  can_cancel: boolean;
  can_confirm: boolean;
  policy: string;
}

interface Common {
  language: string;
  texts: Record<string, string>;
  organisation: { slug: string; name: string };
  /** Last month with bookable days, `2026-05`. */
  last_month: string;
  now: string;
}

export interface EventBoot extends Common {
  kind: 'event';
  event: EventFacts;
  slots: PackedSlots;
}

export interface MeetingBoot extends Common {
  kind: 'meeting';
  event: EventFacts | null;
  link: Linked;
}

export interface FormBoot extends Common {
  kind: 'form';
  form: { slug: string; questions: Question[] };
}

/** Where answers of a form lead: to a booking page, to another page, or no further than a message. */
export interface Routed {
  kind: 'event_type' | 'link' | 'message';
  path: string | null;
  url: string | null;
  text: string | null;
}

export type Boot = EventBoot | MeetingBoot | FormBoot | (Common & { kind: 'list' });
