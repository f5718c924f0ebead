/** @jsxImportSource preact */
/** The open chat: head, what was said, where one writes. */
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';
import { Bubble, Happened, Waiting, Words } from './bubbles.tsx';
import { type Chat, SMALL } from './chat.ts';
import { Composer } from './composer.tsx';
import { Consent, Leave, Rating } from './forms.tsx';
import { Icon } from './icons.tsx';
import { Slots } from './slots.tsx';
import { dayKey, dayText, t } from './texts.ts';
import type { Message } from './types.ts';

/** This near to the end, what comes in keeps the end in sight. */
const NEAR_END = 80;

/** `still`: a picture of it, which takes no focus. */
export function Panel({ chat, still = false }: { chat: Chat; still?: boolean }) {
  const [, refresh] = useReducer((count: number) => count + 1, 0);
  const panel = useRef<HTMLDivElement>(null);
  // At once: the chat is opened in the same breath as it is put up.
  useLayoutEffect(() => chat.listen(() => refresh(0)), [chat]);
  if (!chat.opened) return null;
  const { config } = chat.boot;
  const small = matchMedia(SMALL).matches;
  const state = chat.conversation?.state;
  const withPerson = state === 'person';
  return (
    <div
      ref={panel}
      class="panel"
      role="dialog"
      aria-label={config.name}
      aria-modal={small}
      onKeyDown={(event) => {
        if (event.key === 'Escape') chat.set({ opened: false });
        else if (event.key === 'Tab' && small && panel.current) keepInside(event, panel.current);
      }}
    >
      <header>
        <span class="face" aria-hidden="true">
          {config.name.slice(0, 1)}
        </span>
        <div class="title">
          <h2>
            <bdi>{config.name}</bdi>
          </h2>
          <p>
            {!withPerson && config.disclosure && `${t('assistant')} · `}
            <bdi>{config.organisation}</bdi>
          </p>
        </div>
        <button
          type="button"
          class="round"
          aria-label={t('close')}
          onClick={() => chat.set({ opened: false })}
        >
          <Icon name="close" />
        </button>
      </header>
      <p class="banner" role="status">
        {!chat.online ? t('offline') : !chat.connected ? t('lost') : ''}
      </p>
      {chat.view === 'consent' ? (
        <Consent chat={chat} still={still} />
      ) : chat.view === 'leave' ? (
        <Leave chat={chat} />
      ) : (
        <>
          <Log chat={chat} />
          <p class="notice" role="alert">
            {chat.notice}
          </p>
          <Composer chat={chat} still={still} />
          {(!state || state === 'agent') && config.disclosure && (
            <button
              type="button"
              class="person link"
              onClick={() => void (config.open ? chat.askForPerson() : chat.set({ view: 'leave' }))}
            >
              <Icon name="person" />
              {t('person')}
            </button>
          )}
        </>
      )}
    </div>
  );
}

function Log({ chat }: { chat: Chat }) {
  const box = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const { config } = chat.boot;
  const height = useRef(0);
  useLayoutEffect(() => {
    const area = box.current;
    if (!area) return;
    if (pinned.current) area.scrollTop = area.scrollHeight;
    // Earlier messages push what is being read down: stay with it.
    else if (area.scrollTop < 1) area.scrollTop = area.scrollHeight - height.current;
    height.current = area.scrollHeight;
  });
  const last = chat.messages.findLast((one) => one.kind === 'message');
  const answered = last && last.author !== 'visitor' && !chat.outbox.length ? last : undefined;
  const closed = chat.conversation?.state === 'closed';
  const said = chat.growing.length ? [...chat.messages, growingMessage(chat)] : chat.messages;
  const offered = chat.messages.findLast(
    (one) => one.author === 'agent' && one.conversation_id === chat.conversation?.id,
  );
  const slots = offered?.data.slots ?? offered?.data.open_slots;
  return (
    <div
      ref={box}
      class="log"
      role="log"
      aria-label={t('log')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
      tabIndex={0}
      onScroll={() => {
        const area = box.current;
        if (!area) return;
        pinned.current = area.scrollHeight - area.scrollTop - area.clientHeight < NEAR_END;
      }}
    >
      {chat.earlier ? (
        <button type="button" class="link earlier" onClick={() => void chat.more()}>
          {t('earlier')}
        </button>
      ) : (
        <div class="opening">
          {/* In a conversation the agent's own first words say it. */}
          {config.disclosure && chat.messages.every((one) => one.author === 'visitor') && (
            <p dir="auto">{config.disclosure}</p>
          )}
          {config.hours_notice && <p dir="auto">{config.hours_notice}</p>}
        </div>
      )}
      <ul>
        {!chat.earlier && (
          <li class="row theirs">
            <span class="hidden">{config.name}</span>
            <div class="bubble">
              <Words text={config.greeting} />
            </div>
          </li>
        )}
        {said.map((message, place) => (
          <Entry
            key={chat.grown.get(message.id)?.key ?? message.id}
            chat={chat}
            message={message}
            before={said[place - 1]}
          />
        ))}
        {chat.outbox.map((draft) => (
          <Waiting key={draft.key} chat={chat} draft={draft} />
        ))}
        {slots?.length && (!chat.conversation || chat.conversation.state === 'agent') ? (
          <Slots
            key={offered?.id}
            chat={chat}
            slots={slots}
            folded={answered !== offered || !offered?.data.slots}
          />
        ) : null}
        {!closed && answered?.data.quick_replies?.length ? (
          <li class="replies">
            {answered.data.quick_replies.map((reply) => (
              <button key={reply} type="button" dir="auto" onClick={() => chat.say(reply)}>
                {reply}
              </button>
            ))}
          </li>
        ) : null}
        {chat.leftFor && <li class="event">{t('left', { email: chat.leftFor })}</li>}
        {closed && <Rating chat={chat} />}
      </ul>
      {chat.typing && (
        <p class="typing">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span class="hidden">{t('typing', { name: chat.typing })}</span>
        </p>
      )}
      {chat.uploading && <p class="hint">{t('uploading', { name: chat.uploading })}</p>}
    </div>
  );
}

/** What there is of an answer so far, in the place of its message. */
function growingMessage(chat: Chat): Message {
  const id = chat.growingKey;
  chat.grown.set(id, { key: id, pieces: chat.growing });
  return {
    id,
    conversation_id: chat.conversation?.id ?? '',
    sequence: Number.MAX_SAFE_INTEGER,
    author: 'agent',
    name: '',
    kind: 'message',
    text: chat.growing.join(''),
    data: {},
    key: null,
    created_at: chat.messages.at(-1)?.created_at ?? new Date().toISOString(),
    seen_at: null,
  };
}

function Entry({ chat, message, before }: { chat: Chat; message: Message; before?: Message }) {
  const newDay = !before || dayKey(before.created_at) !== dayKey(message.created_at);
  return (
    <>
      {newDay && <li class="day">{dayText(message.created_at)}</li>}
      {message.kind === 'event' ? (
        <Happened chat={chat} message={message} />
      ) : (
        <Bubble chat={chat} message={message} />
      )}
    </>
  );
}

/** On a phone the chat covers the page: Tab goes round inside. */
function keepInside(event: KeyboardEvent, panel: HTMLElement): void {
  const stops = [
    ...panel.querySelectorAll<HTMLElement>('button, a[href], textarea, input, [tabindex="0"]'),
  ].filter((one) => !one.hasAttribute('disabled') && one.tabIndex >= 0);
  const [first, last] = [stops[0], stops.at(-1)];
  const at = (panel.getRootNode() as ShadowRoot).activeElement;
  if (event.shiftKey ? at === first : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
