/** What the API answers and what the parts of the widget hand to each other. Times are ISO 8601 in UTC. */

export interface Config {
  name: string;
  organisation: string;
  disclosure: string;
  greeting: string;
  /** Which of several ways to begin this is, sealed. */
  opener: string;
  hours_notice: string;
  open: boolean;
  language: string;
  theme: 'auto' | 'light' | 'dark';
  position: 'end' | 'start';
  colours: Record<'light' | 'dark', Record<string, string>>;
  consent: { text: string; privacy_url: string } | null;
  file_upload: boolean;
  max_file_bytes: number;
  max_characters: number;
}

/** Who the site says the visitor is, signed by its server. */
export interface SiteUser {
  id: string;
  signature: string;
  name?: string;
  email?: string;
}

export interface FileFacts {
  id: string;
  name: string;
  media_type: string;
  size_bytes: number;
}

export interface Slot {
  starts_at: string;
  /** As the answer's text names it, which is how it is chosen. */
  label?: string;
}

export interface Source {
  title?: string;
  url?: string;
}

export interface MessageData {
  event?: string;
  slot?: string;
  quick_replies?: string[];
  slots?: Slot[];
  /** The zone that the text gives the times in. */
  zone?: string;
  /** Times that were offered before and can still be chosen. */
  open_slots?: Slot[];
  left_by?: string;
  citations?: Source[];
  files?: FileFacts[];
  [fact: string]: unknown;
}

export interface Message {
  id: string;
  conversation_id: string;
  sequence: number;
  author: 'visitor' | 'agent' | 'member' | 'system';
  name: string;
  kind: 'message' | 'event';
  text: string;
  data: MessageData;
  key: string | null;
  created_at: string;
  seen_at: string | null;
}

export interface Conversation {
  id: string;
  number: number;
  state: 'agent' | 'waiting' | 'person' | 'snoozed' | 'closed';
  rated: boolean;
  read_through: number;
  last_sequence: number;
  /** What the agent has said of an answer that is not whole yet. */
  growing: string[];
}

export interface Session {
  token: string | null;
  visitor_id: string;
  verified: boolean;
  name: string;
  conversation: Conversation | null;
  messages: Message[];
  earlier: string | null;
}

export interface MessagePage {
  conversation: Conversation | null;
  messages: Message[];
  earlier: string | null;
}

/** What was written and has not been acknowledged. `failed` is why it will not be sent by itself. */
export interface Draft {
  key: string;
  text: string;
  slot?: string;
  at: string;
  failed?: string | undefined;
}

/** What the loader hands to the chat. */
export interface Boot {
  origin: string;
  key: string;
  config: Config;
  host: HTMLElement;
  root: ShadowRoot;
  launcher: HTMLButtonElement;
}

/** What the loader may ask of the chat. */
export interface Controls {
  open(): void;
  close(): void;
  identify(user: SiteUser): void;
  logout(): void;
  consent(given: boolean): void;
}
