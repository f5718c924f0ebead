/** All that happens in one visitor's chat: what is known, what is written, what comes in. Parts of the page listen. */
import { Api, Failure } from './api.ts';
import { Live } from './live.ts';
import { merged, shortened } from './messages.ts';
import { alone, randomKey, Storage } from './storage.ts';
import { sizeText, t } from './texts.ts';
import type {
  Boot,
  Conversation,
  Draft,
  FileFacts,
  Message,
  MessagePage,
  Session,
  SiteUser,
} from './types.ts';

export type View = 'consent' | 'talk' | 'leave';

/** Where the chat covers the page. */
export const SMALL = '(max-width: 479px)';
const TYPING_SHOWN = 8_000;
const TYPING_TOLD = 3_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 30_000;
const MOST_WAITING = 100;

export class Chat {
  readonly api: Api;
  readonly boot: Boot;
  view: View = 'talk';
  opened = false;
  /** Opened by itself: the page keeps the focus. */
  quiet = false;
  online = navigator.onLine;
  connected = true;
  conversation: Conversation | null = null;
  messages: Message[] = [];
  earlier: string | null = null;
  outbox: Draft[] = [];
  private lastDraft = 0;
  /** The pieces of an answer that is still being made, one after the other. */
  growing: string[] = [];
  /** In which pieces answers came while they were watched: they stay as they are on screen. */
  readonly grown = new Map<string, { key: string; pieces: string[] }>();
  private grows = 0;
  typing: string | null = null;
  uploading: string | null = null;
  /** What went wrong last, in words; said once. */
  notice = '';
  /** An address somebody has left, while nobody was there. */
  leftFor = '';
  failed = false;

  private readonly storage: Storage;
  private readonly live: Live;
  private readonly listeners = new Set<() => void>();
  private user: SiteUser | null = null;
  private consentText: string | null = null;
  private session: Promise<void> | null = null;
  private sending = false;
  private wanted = false;
  private wait = FIRST_WAIT;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private typingTold = 0;
  private seenThrough = 0;

  constructor(boot: Boot) {
    this.boot = boot;
    this.api = new Api(boot.origin, boot.key);
    this.storage = new Storage(`tw_chat_${boot.key}`, () => this.adopt());
    this.live = new Live(this.api.url('/live').replace(/^http/, 'ws'), {
      heard: (type, data) => this.heard(type, data),
      behind: () => void this.catchUp(),
    });
    this.api.token = this.storage.token;
    this.outbox = this.storage.outbox();
    if (boot.config.consent && !this.api.token) this.view = 'consent';
    addEventListener('online', () => {
      this.set({ online: true });
      this.flush();
    });
    addEventListener('offline', () => this.set({ online: false }));
    document.addEventListener('visibilitychange', () => this.markSeen());
  }

  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  set(change: Partial<Chat>): void {
    Object.assign(this, change);
    // Before anything is agreed to, nothing is kept.
    if ('opened' in change) this.storage.open = this.opened && this.api.token !== null;
    for (const listener of this.listeners) listener();
  }

  /** Messages of others that were not on screen yet. */
  get unread(): number {
    const through = Math.max(this.conversation?.read_through ?? 0, this.seenThrough);
    return this.messages.filter(
      (one) =>
        one.conversation_id === this.conversation?.id &&
        one.kind === 'message' &&
        one.author !== 'visitor' &&
        one.sequence > through,
    ).length;
  }

  /** Go on where the visitor was, if there is something to go on with; open if it was on the page before. */
  async resume(): Promise<void> {
    if (!this.api.token) return;
    if (this.storage.open && !matchMedia(SMALL).matches) this.open(true);
    await this.begin().catch((failure) => this.tell(failure));
    this.flush();
  }

  open(quiet = false): void {
    this.set({ opened: true, quiet });
    this.markSeen();
  }

  /** Say something, now or as soon as there is a connection. */
  say(text: string, slot?: string): void {
    // Later than the one before, however fast they follow: this is their order.
    this.lastDraft = Math.max(Date.now(), this.lastDraft + 1);
    const draft: Draft = { key: randomKey(), text, at: new Date(this.lastDraft).toISOString() };
    if (slot) draft.slot = slot;
    for (const one of this.outbox.slice(0, -MOST_WAITING + 1)) this.storage.drop(one.key);
    this.keep(draft);
    this.flush();
  }

  again(key: string): void {
    const draft = this.outbox.find((one) => one.key === key);
    if (draft) this.keep({ ...draft, failed: undefined });
    this.flush();
  }

  discard(key: string): void {
    this.storage.drop(key);
    this.set({ outbox: this.storage.outbox() });
  }

  agree(): void {
    this.consentText = this.boot.config.consent?.text ?? null;
    this.set({ view: 'talk' });
  }

  /** Take the consent back: the server keeps nothing more, this browser forgets who it was. */
  async withdraw(): Promise<void> {
    if (this.api.token) {
      await this.api.call('POST', '/consent', { given: false }).catch(() => undefined);
    }
    this.forget();
  }

  async logout(): Promise<void> {
    this.user = null;
    if (this.api.token) {
      await this.api.call('DELETE', '/sessions/current').catch(() => undefined);
    }
    this.forget();
  }

  identify(user: SiteUser): void {
    this.user = user;
    // Before anything is said nobody needs to be known.
    if (!this.api.token) return;
    this.session = null;
    this.begin().catch((failure) => this.tell(failure));
  }

  async more(): Promise<void> {
    if (!this.earlier) return;
    try {
      const query = `?earlier=${encodeURIComponent(this.earlier)}`;
      const page = await this.api.call<MessagePage>('GET', `/messages${query}`);
      this.set({ messages: merged(this.messages, page.messages), earlier: page.earlier });
    } catch (failure) {
      this.tell(failure);
    }
  }

  async askForPerson(left?: { name: string; email: string; text: string }): Promise<boolean> {
    try {
      await this.begin();
      const conversation = await this.api.call<Conversation>('POST', '/person', {
        key: randomKey(),
        ...left,
      });
      this.set({ conversation, view: 'talk', leftFor: left?.email ?? '' });
      this.follow();
      await this.catchUp();
      return true;
    } catch (failure) {
      this.tell(failure);
      return false;
    }
  }

  async rate(score: number, comment: string): Promise<void> {
    try {
      const body = { kind: 'csat', score, comment };
      this.set({ conversation: await this.api.call<Conversation>('POST', '/rating', body) });
    } catch (failure) {
      this.tell(failure);
    }
  }

  async judge(message: Message, thumb: 1 | -1): Promise<void> {
    await this.api
      .call('POST', `/messages/${message.id}/feedback`, { thumb })
      .catch((failure) => this.tell(failure));
  }

  async upload(file: File): Promise<void> {
    const limit = this.boot.config.max_file_bytes;
    if (file.size > limit) {
      this.set({ notice: t('fileTooLarge', { name: file.name, limit: sizeText(limit) }) });
      return;
    }
    this.set({ uploading: file.name, notice: '' });
    const form = new FormData();
    form.append('file', file, file.name);
    try {
      await this.begin();
      const sent = await this.api.call<{ message: Message; conversation: Conversation }>(
        'POST',
        `/files?key=${randomKey()}`,
        form,
      );
      this.set({
        conversation: sent.conversation,
        messages: merged(this.messages, [sent.message]),
      });
      this.follow();
    } catch (failure) {
      this.tell(failure);
    }
    this.set({ uploading: null });
  }

  async download(conversation: string, file: FileFacts): Promise<void> {
    try {
      const path = `/conversations/${conversation}/files/${file.id}`;
      const answer = await this.api.send('GET', path);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(await answer.blob());
      link.download = file.name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (failure) {
      this.tell(failure);
    }
  }

  /** Tell people that the visitor writes, now and then. */
  writing(): void {
    if (!this.conversation || Date.now() - this.typingTold < TYPING_TOLD) return;
    this.typingTold = Date.now();
    this.api.call('POST', '/typing', { typing: true }).catch(() => undefined);
  }

  /** Everything there is has been on screen. */
  markSeen(): void {
    const newest = this.messages.findLast(
      (one) => one.conversation_id === this.conversation?.id,
    )?.sequence;
    if (!this.opened || document.hidden || !newest || !this.unread) return;
    this.seenThrough = newest;
    this.api.call('POST', '/seen', { sequence: newest }).catch(() => undefined);
    this.set({});
  }

  /** A session, made or gone on with; once for all who need it. */
  private begin(): Promise<void> {
    this.session ??= alone(`tw_chat_${this.boot.key}`, () => this.openSession()).catch(
      (failure) => {
        this.session = null;
        throw failure;
      },
    );
    return this.session;
  }

  private async openSession(): Promise<void> {
    // Another tab may have begun while this one waited for its turn.
    this.api.token = this.storage.token ?? this.api.token;
    const cookie = /(?:^|; )tw_id=([^.;]+)/.exec(document.cookie)?.[1];
    const session = await this.api.call<Session>('POST', '/sessions', {
      language: navigator.language,
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      page_url: shortened(location.href),
      ...(cookie && { anonymous_id: cookie }),
      ...(this.user && { user: this.user }),
      ...(this.consentText !== null && { consent: { given: true, text: this.consentText } }),
    });
    if (session.token) {
      this.api.token = session.token;
      this.storage.token = session.token;
      this.storage.open = this.opened;
    }
    this.take(session.conversation, session.messages, { earlier: session.earlier });
    this.follow();
    this.markSeen();
  }

  /** Where the conversation stands now, and what was said: what grew is part of a message once there is one. */
  private take(
    conversation: Conversation | null,
    found: Message[],
    more: Partial<Chat> = {},
  ): void {
    const same = conversation?.id === this.conversation?.id;
    const before = same ? this.growing : [];
    const answer = found.find(
      (one) => one.author === 'agent' && before.length && one.text.startsWith(before.join('')),
    );
    if (answer) {
      this.grown.set(answer.id, { key: this.growingKey, pieces: before });
      this.grows += 1;
    }
    const messages = merged(this.messages, found);
    // What was read before the newest message came says nothing of now; and nothing shown is taken back.
    const late = messages.some(
      (one) =>
        one.conversation_id === conversation?.id && one.sequence > conversation.last_sequence,
    );
    const theirs = late ? [] : (conversation?.growing ?? []);
    const ours = found.some(({ author }) => author === 'agent') ? [] : before;
    this.set({
      conversation,
      messages,
      growing: theirs.length > ours.length ? theirs : ours,
      ...more,
    });
  }

  /** Names the answer that grows, before it has an id. */
  get growingKey(): string {
    return `growing-${this.grows}`;
  }

  /** Send what waits, in its order, one tab at a time. */
  private flush(): void {
    clearTimeout(this.retry);
    // What is written in the last moment of a sending is looked for once it has ended.
    this.wanted = this.sending;
    if (this.sending || !this.outbox.some((draft) => !draft.failed)) return;
    this.sending = true;
    alone(`tw_chat_${this.boot.key}_out`, () => this.empty())
      .catch((failure) => this.tell(failure))
      .finally(() => {
        this.sending = false;
        if (this.wanted) this.flush();
      });
  }

  private async empty(): Promise<void> {
    for (;;) {
      // Another tab may have sent some of it.
      this.outbox = this.storage.outbox();
      const draft = this.outbox.find((one) => !one.failed);
      if (!draft) return;
      try {
        await this.begin();
        const sent = await this.api.call<{ message: Message; conversation: Conversation }>(
          'POST',
          '/messages',
          {
            key: draft.key,
            text: draft.text,
            page_url: shortened(location.href),
            ...(draft.slot && { slot: draft.slot }),
            ...(!this.conversation && { opener: this.boot.config.opener }),
          },
        );
        this.wait = FIRST_WAIT;
        this.conversation = sent.conversation;
        this.messages = merged(this.messages, [sent.message]);
        this.discard(draft.key);
        this.follow();
      } catch (failure) {
        if (!this.recovers(failure, draft)) return;
      }
    }
  }

  /** After a message did not get through: whether to go on at once. */
  private recovers(failure: unknown, draft: Draft): boolean {
    if (!(failure instanceof Failure)) throw failure;
    if (failure.code === 'chat.session_ended') {
      this.startAnew();
      return true;
    }
    if (failure.code === 'chat.consent_required' && this.boot.config.consent) {
      this.set({ view: 'consent' });
      return false;
    }
    if (!failure.passes) {
      const failed = failure.detail || t('error');
      this.keep({ ...draft, failed });
      return true;
    }
    if (failure.status === 429) this.set({ notice: t('slower') });
    const pause = Math.max(failure.wait * 1_000, this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
    this.retry = setTimeout(() => this.flush(), pause);
    return false;
  }

  private startAnew(): void {
    this.session = null;
    this.api.token = null;
    this.live.close();
    this.storage.token = null;
    this.set({ conversation: null });
  }

  private forget(): void {
    this.startAnew();
    this.storage.forget();
    this.consentText = null;
    this.set({
      messages: [],
      earlier: null,
      outbox: [],
      growing: [],
      view: this.boot.config.consent ? 'consent' : 'talk',
    });
  }

  /** Another tab has begun, sent or ended something. */
  private adopt(): void {
    const { token } = this.storage;
    const before = this.api.token;
    this.set({ outbox: this.storage.outbox() });
    if (token === before) return;
    if (!token) {
      this.session = null;
      this.api.token = null;
      this.live.close();
      this.set({ conversation: null, messages: [], earlier: null });
      return;
    }
    this.api.token = token;
    this.session = null;
    this.set({ view: 'talk' });
    void this.resume();
  }

  private keep(draft: Draft): void {
    this.storage.put(draft);
    this.set({ outbox: this.storage.outbox() });
  }

  private follow(): void {
    if (this.conversation && this.api.token) {
      this.live.open({
        type: 'hello',
        token: this.api.token,
        conversation_id: this.conversation.id,
      });
    }
  }

  /** Read what the present conversation holds beyond what is known. */
  private async catchUp(): Promise<void> {
    if (!this.api.token) return;
    const last = this.messages.findLast((one) => one.conversation_id === this.conversation?.id);
    try {
      const page = await this.api.call<MessagePage>(
        'GET',
        `/messages?after=${last?.sequence ?? 0}`,
      );
      const own = new Set(page.messages.map((one) => one.key));
      this.take(page.conversation, page.messages, {
        outbox: this.outbox.filter((draft) => !own.has(draft.key)),
        connected: true,
      });
      this.markSeen();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      if (failure.code === 'chat.session_ended') this.startAnew();
      // The line tries again by itself; where only sockets do not get through, nothing is lost to tell of.
      else this.set({ connected: failure.status > 0 && failure.status < 500 });
    }
  }

  private heard(type: string, data: Record<string, unknown>): void {
    if (type === 'typing') {
      clearTimeout(this.typingEnds);
      const name = data.author === 'member' ? shownName(data.member_name) : this.boot.config.name;
      this.set({ typing: data.typing === false ? null : name });
      this.typingEnds = setTimeout(() => this.set({ typing: null }), TYPING_SHOWN);
    } else if (type === 'sentence') {
      // What another tab or an earlier reading has brought already comes again; a gap is read.
      if (data.place === this.growing.length) {
        this.set({ growing: [...this.growing, String(data.text ?? '')] });
      } else if (Number(data.place) > this.growing.length) void this.catchUp();
    } else if (type === 'message') {
      this.told(data);
    }
  }

  private told(data: Record<string, unknown>): void {
    const found = data as unknown as Message & { member_name?: string };
    // Too long to be pushed, or something that changes where the conversation stands: read it.
    if (found.text === null || found.kind === 'event' || !this.conversation) {
      void this.catchUp();
      return;
    }
    const message: Message = {
      ...found,
      conversation_id: this.conversation.id,
      name: shownName(found.member_name),
      seen_at: null,
    };
    const mine = message.author === 'visitor';
    const now = { ...this.conversation, growing: [], last_sequence: message.sequence };
    this.take(now, [message], {
      outbox: mine ? this.outbox.filter((draft) => draft.key !== message.key) : this.outbox,
      typing: mine ? this.typing : null,
    });
    if (!mine) this.markSeen();
  }

  private tell(failure: unknown): void {
    if (!(failure instanceof Failure)) throw failure;
    if (failure.code === 'chat.session_ended') {
      this.startAnew();
      return;
    }
    if (failure.code === 'chat.consent_required' && this.boot.config.consent) {
      this.set({ view: 'consent' });
      return;
    }
    const words = failure.status === 0 ? t('offline') : failure.detail || t('error');
    this.set({ notice: failure.status === 404 ? t('gone') : words });
  }
}

function shownName(name: unknown): string {
  return String(name ?? '').split(' ')[0] ?? '';
}
