/** @jsxImportSource preact */
/** One thing said or done, with what hangs on it: links, files, sources, thumbs. */
import { useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import { Icon } from './icons.tsx';
import { linked } from './messages.ts';
import { dayText, sizeText, type TextKey, t, timeText } from './texts.ts';
import type { Draft, FileFacts, Message, Source } from './types.ts';

const EVENTS: Record<string, TextKey> = {
  handover_requested: 'personAsked',
  member_joined: 'joined',
  handed_back: 'handedBack',
  closed: 'ended',
  reopened: 'reopened',
};

/** A text, or its pieces as they came: what is on screen stays, so that only what is new is read out. */
export function Words({ text, pieces = [text] }: { text: string; pieces?: string[] }) {
  const rest = text.slice(pieces.join('').length);
  return (
    <p class="words" dir="auto">
      {[...pieces, rest].map((piece, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: pieces are never taken back or moved
        <span key={place}>{piece && <Linked text={piece} />}</span>
      ))}
    </p>
  );
}

function Linked({ text }: { text: string }) {
  return (
    <>
      {linked(text).map((part) =>
        part.link ? (
          <a key={part.text} href={part.text} target="_blank" rel="noopener nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </>
  );
}

/** Who speaks, for those who hear it read. */
function speaker(chat: Chat, message: Message): string {
  if (message.author === 'visitor') return t('you');
  return message.author === 'member' ? message.name || t('team') : chat.boot.config.name;
}

/** A message without what the picker below it shows again: the times, and their zone, which is the reader's there. */
function textOf(message: Message): string {
  const labels = new Set((message.data.slots ?? []).map((slot) => `- ${slot.label ?? ''}`));
  if (message.author === 'visitor' && message.data.slot) {
    return `${dayText(message.data.slot)}, ${timeText(message.data.slot)}`;
  }
  return message.text
    .split('\n')
    .filter((line) => !labels.has(line))
    .join('\n')
    .replace(` (${message.data.zone})`, '')
    .trim();
}

export function Bubble({ chat, message }: { chat: Chat; message: Message }) {
  const mine = message.author === 'visitor';
  const files = message.data.files ?? [];
  const text = files.length ? '' : textOf(message);
  return (
    <li class={`row ${mine ? 'mine' : 'theirs'}`}>
      <span class="hidden">{speaker(chat, message)}</span>
      {!mine && message.author === 'member' && (
        <span class="who" aria-hidden="true">
          {message.name || t('team')}
        </span>
      )}
      <div class="bubble">
        {text && <Words text={text} pieces={chat.grown.get(message.id)?.pieces} />}
        {files.map((file) => (
          <Attachment key={file.id} chat={chat} message={message} file={file} />
        ))}
        {message.data.citations?.length ? <Sources sources={message.data.citations} /> : null}
      </div>
      <span class="meta">
        <time dateTime={message.created_at}>{timeText(message.created_at)}</time>
        {message.author === 'agent' && message.data.citations?.length ? (
          <Thumbs chat={chat} message={message} />
        ) : null}
      </span>
    </li>
  );
}

export function Happened({ chat, message }: { chat: Chat; message: Message }) {
  const { event = '', name, offline } = message.data;
  const key = EVENTS[event];
  if (!key) return null;
  // Only while it waits: once somebody has joined or a message was left, there is somebody to write to.
  const waits =
    chat.conversation?.id === message.conversation_id &&
    chat.conversation.state === 'waiting' &&
    !chat.messages.some((one) => one.data.left_by && one.sequence < message.sequence + 2);
  if (offline && waits && !chat.leftFor) {
    return (
      <li class="event">
        {t('offlineTitle')}.{' '}
        <button type="button" class="link" onClick={() => chat.set({ view: 'leave' })}>
          {t('leave')}
        </button>
      </li>
    );
  }
  return <li class="event">{t(key, { name: String(name ?? t('team')).split(' ')[0] ?? '' })}</li>;
}

export function Waiting({ chat, draft }: { chat: Chat; draft: Draft }) {
  return (
    <li class="row mine">
      <span class="hidden">{t('you')}</span>
      <div class="bubble pending">
        <Words text={draft.slot ? `${dayText(draft.slot)}, ${timeText(draft.slot)}` : draft.text} />
      </div>
      {draft.failed ? (
        <span class="meta wrong">
          {t('failed')}: {draft.failed}{' '}
          <button type="button" class="link" onClick={() => chat.again(draft.key)}>
            {t('retry')}
          </button>{' '}
          <button type="button" class="link" onClick={() => chat.discard(draft.key)}>
            {t('discard')}
          </button>
        </span>
      ) : (
        <span class="meta">{t(chat.online ? 'sending' : 'waiting')}</span>
      )}
    </li>
  );
}

interface Attached {
  chat: Chat;
  message: Message;
  file: FileFacts;
}

function Attachment({ chat, message, file }: Attached) {
  const size = sizeText(file.size_bytes);
  return (
    <button
      type="button"
      class="file"
      aria-label={t('download', { name: file.name, size })}
      onClick={() => chat.download(message.conversation_id, file)}
    >
      <Icon name="file" />
      <span class="file-name" dir="auto">
        {file.name}
      </span>
      <span class="file-size">{size}</span>
    </button>
  );
}

function Sources({ sources }: { sources: Source[] }) {
  // A page cited twice is named once.
  const pages = [...new Map(sources.map((one) => [one.url ?? one.title, one])).values()];
  return (
    <details class="sources">
      <summary>{t('sources')}</summary>
      <ul>
        {pages.map((one) => (
          <li key={one.url ?? one.title}>
            {one.url && /^https?:/.test(one.url) ? (
              <a href={one.url} target="_blank" rel="noopener nofollow">
                {one.title || one.url}
              </a>
            ) : (
              one.title
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Thumbs({ chat, message }: { chat: Chat; message: Message }) {
  const [given, give] = useState(0);
  const judge = (thumb: 1 | -1) => {
    give(thumb);
    void chat.judge(message, thumb);
  };
  return (
    <span class="thumbs">
      <button
        type="button"
        aria-label={t('helpful')}
        aria-pressed={given === 1}
        onClick={() => judge(1)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        aria-label={t('unhelpful')}
        aria-pressed={given === -1}
        onClick={() => judge(-1)}
      >
        <Icon name="down" />
      </button>
    </span>
  );
}
