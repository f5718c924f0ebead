import { create } from 'zustand';
import { request } from '@/api/client';
import { type ApiError, toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import type { DraftKind } from './drafts';
import { CONVERSATIONS, INBOX } from './queries';

/** Something on its way, or not arrived. Its key lets the server know it when it is sent again. */
export interface Outgoing {
  key: string;
  conversation: string;
  kind: DraftKind;
  /** What is said; the name of a file that is sent. */
  text: string;
  file?: File;
  at: string;
  error?: ApiError;
}

interface Outbox {
  items: readonly Outgoing[];
}

export const useOutbox = create<Outbox>(() => ({ items: [] }));

const put = (key: string, change: Partial<Outgoing>) =>
  useOutbox.setState(({ items }) => ({
    items: items.map((item) => {
      if (item.key !== key) return item;
      const { error: _, ...rest } = item;
      return { ...rest, ...change };
    }),
  }));

export const discard = (key: string) =>
  useOutbox.setState(({ items }) => ({ items: items.filter((item) => item.key !== key) }));

function send({ key, conversation, kind, text, file }: Outgoing): Promise<unknown> {
  const path = `${CONVERSATIONS}/${conversation}`;
  if (!file) {
    return request('post', `${path}/${kind === 'note' ? 'notes' : 'messages'}`, {
      body: { text, key },
    });
  }
  const body = new FormData();
  body.append('file', file);
  return request('post', `${path}/files`, { query: { key }, body });
}

/** Sends it, or sends it again; what fails stays in the thread until it is sent or thrown away. */
export async function deliver(item: Outgoing): Promise<void> {
  const { key, conversation } = item;
  put(key, {});
  try {
    await send(item);
    await invalidatePaths(`${CONVERSATIONS}/${conversation}`, CONVERSATIONS, INBOX);
    discard(key);
  } catch (reason) {
    put(key, { error: toApiError(reason) });
  }
}

/** Puts something into the thread at once, and sends it. */
export function post(item: Omit<Outgoing, 'key' | 'at' | 'error'>): Promise<void> {
  const outgoing = { ...item, key: crypto.randomUUID(), at: new Date().toISOString() };
  useOutbox.setState(({ items }) => ({ items: [...items, outgoing] }));
  return deliver(outgoing);
}
