/** A message as the thread and the test pane show it. */
export interface SaidMessage {
  id: string;
  author: 'visitor' | 'agent' | 'member' | 'system';
  kind: 'message' | 'note' | 'event';
  text: string;
  data: Record<string, unknown>;
  created_at: string;
  files?: readonly SaidFile[];
}

export interface SaidFile {
  id: string;
  name: string;
  size_bytes: number;
  scan: string;
  url?: string | null;
}

/** A passage or page that supports what was said. */
export interface Source {
  number: number;
  title: string;
  quote?: string | null;
  url?: string | null;
  document_id?: string | null;
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

export const citationsOf = (data: Record<string, unknown>): Source[] =>
  list(data.citations)
    .filter(isRecord)
    .map((item, index) => ({
      number: typeof item.number === 'number' ? item.number : index + 1,
      title: String(item.title ?? ''),
      quote: typeof item.quote === 'string' ? item.quote : null,
      url: typeof item.url === 'string' ? item.url : null,
      document_id: typeof item.document_id === 'string' ? item.document_id : null,
    }));

/** Beginnings of the times that were offered. */
export const slotsOf = (data: Record<string, unknown>): string[] =>
  list(data.slots).flatMap((slot) => {
    if (typeof slot === 'string') return [slot];
    const start = isRecord(slot) ? (slot.start ?? slot.starts_at) : undefined;
    return typeof start === 'string' ? [start] : [];
  });

/** A message without the lines of the times that stand below it. */
export function wordsOf({ text, data }: SaidMessage): string {
  const shown = list(data.slots).map((slot) => `- ${isRecord(slot) ? slot.label : ''}`);
  if (shown.length === 0) return text;
  const lines = text.split('\n').filter((line) => !shown.includes(line));
  return lines.join('\n').trim();
}

export const quickRepliesOf = (data: Record<string, unknown>): string[] =>
  list(data.quick_replies).flatMap((reply) => {
    if (typeof reply === 'string') return [reply];
    const label = isRecord(reply) ? (reply.label ?? reply.text) : undefined;
    return typeof label === 'string' ? [label] : [];
  });

export const filesOf = (message: SaidMessage): readonly SaidFile[] => message.files ?? [];

/** The time zone the visitor was told the times in. */
export const zoneOf = (data: Record<string, unknown>): string | undefined =>
  typeof data.zone === 'string' ? data.zone : undefined;
