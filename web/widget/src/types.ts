/** Free-form data of an event. */
export type Data = Record<string, unknown>;

/** What a visitor allows; an absent part was not decided. */
export interface Choice {
  analytics?: boolean;
  marketing?: boolean;
}

/** The public part of the source's settings, as `GET /v1/projects/{key}/settings` tells under "tradewind". */
export interface Settings {
  require_consent?: boolean;
  respect_gpc?: boolean;
  capture_forms?: boolean;
  capture_page_views?: boolean;
}

/** Where a page view or event happened, with everything that may be in an address. */
export interface Place {
  url: string;
  path: string;
  title: string;
  referrer: string;
}

/** Hints of whether a person acts. */
export interface Signals {
  webdriver: boolean;
  visible_ms: number;
  pointer: boolean;
  honeypot?: boolean;
}

/** An event as it happened, before it is known what of it may be sent. */
export interface Draft {
  type: 'track' | 'identify' | 'page' | 'group' | 'alias';
  messageId: string;
  timestamp: string;
  place: Place;
  signals: Signals;
  body: Data;
}
