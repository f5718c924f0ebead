/** Lists of messages: put together without doubles, in the order of time. */
import type { Message } from './types.ts';

/** Both lists as one, each message once, conversation by conversation in the order they began. */
export function merged(known: Message[], found: Message[]): Message[] {
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of found) byId.set(one.id, { ...byId.get(one.id), ...one });
  return [...byId.values()].sort((one, other) =>
    one.conversation_id === other.conversation_id
      ? one.sequence - other.sequence
      : one.created_at < other.created_at
        ? -1
        : 1,
  );
}

/** An address without what is only for the page itself, and no longer than the server takes. */
export function shortened(address: string): string {
  return (address.split('#')[0] ?? '').slice(0, 2_000);
}

/** A text cut into words and the links among them. */
export function linked(text: string): { text: string; link: boolean }[] {
  const parts: { text: string; link: boolean }[] = [];
  let end = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"']{3,500}[^\s<>"'.,;:!?)\]]/g)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index), link: false });
    parts.push({ text: match[0], link: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), link: false });
  return parts;
}
