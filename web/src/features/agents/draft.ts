import type { UseFormReturnType } from '@mantine/form';
import type { Agent, StoredSettings } from './queries';

export interface Topic {
  name: string;
  rule: 'deny' | 'allow';
  keywords: string[];
  examples: string[];
}

/** Everything the editor changes of an agent, on one level but for what belongs together. */
export interface Draft {
  name: string;
  persona: string;
  tone: 'friendly' | 'formal' | 'brief';
  disclosure: string;
  greeting: string;
  openers: { key: string; text: string }[];
  languages: string[];
  use_model: boolean;
  verified_are_clients: boolean;
  memory: boolean;
  flow_id: string | null;
  event_type_id: string | null;
  topics: Topic[];
  hand_over: {
    after_unknown: number;
    when_urgent: boolean;
    when_qualified: boolean;
    queue_id: string | null;
  };
  limits: {
    messages_per_hour: number;
    messages_per_day: number;
    characters: number;
    cost_cents_per_day: number;
  };
  urgency: { email: string | null; phone: string | null };
}

export type AgentForm = UseFormReturnType<Draft>;

/** What each part of the editor gets. */
export interface TabProps {
  form: AgentForm;
  readOnly: boolean;
}

/** The stored settings as the form holds them; the server fills in what is left out. */
export function draftOf({ name, settings }: Pick<Agent, 'name' | 'settings'>): Draft {
  return { name, ...(settings as Required<StoredSettings>) } as Draft;
}

/** The body of a change: the settings go as a whole, the name only where it differs. */
export function bodyOf(draft: Draft, changes: Partial<Draft>): Record<string, unknown> {
  const { name, ...settings } = draft;
  const onlyName = Object.keys(changes).every((field) => field === 'name');
  return {
    ...(changes.name === undefined ? {} : { name: name.trim() }),
    ...(onlyName ? {} : { settings: cleaned(settings) }),
  };
}

/** Empty fields of addresses mean that there is none. */
function cleaned(settings: Omit<Draft, 'name'>) {
  const { email, phone } = settings.urgency;
  return { ...settings, urgency: { email: email?.trim() || null, phone: phone?.trim() || null } };
}
