import type { UseFormReturnType } from '@mantine/form';
import type { StoredSettings, Widget } from './queries';

/** The languages that the widget itself speaks; its texts can be given in each. */
export const LANGUAGES = ['en', 'de', 'es', 'fr', 'it', 'pt', 'nl', 'pl', 'ar'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Everything the page changes of a widget, on one level. */
export interface Draft extends StoredSettings {
  name: string;
  agent_id: string | null;
}

export type WidgetForm = UseFormReturnType<Draft>;

export function draftOf({ name, agent_id, settings }: Widget): Draft {
  return { name, agent_id, ...(settings as StoredSettings) };
}

export function settingsOf({ name: _, agent_id: __, ...settings }: Draft): StoredSettings {
  return settings;
}

/** The body of a change. Texts that were emptied are left out, so that others stand in for them. */
export function bodyOf(changes: Partial<Draft>): Record<string, unknown> {
  const { name, agent_id, ...settings } = changes;
  const kept = Object.fromEntries(
    Object.entries(settings).map(([field, value]) => [
      field,
      isTexts(value) ? filled(value) : value,
    ]),
  );
  return {
    ...(name === undefined ? {} : { name: name.trim() }),
    ...(agent_id === undefined ? {} : { agent_id }),
    ...(Object.keys(kept).length > 0 ? { settings: kept } : {}),
  };
}

function isTexts(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function filled(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));
}

/** The line for the website. */
export function snippet(address: string, key: string): string {
  return `<script async src="${address}/chat/widget.js" data-key="${key}"></script>`;
}

/** What a strict Content Security Policy of the website needs besides. */
export function policyLines(address: string): string {
  return `script-src ${address};\nconnect-src ${address} ${address.replace(/^http/, 'ws')};`;
}
