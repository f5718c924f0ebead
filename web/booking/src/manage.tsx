/** @jsxImportSource preact */
/** What a signed link is about: one's meeting to confirm, move or cancel, a time on offer, a place on a list. */
import { type ComponentChildren, render } from 'preact';
import { call, Failure } from './api.ts';
import { Calendar } from './calendar.tsx';
import { now } from './clock.ts';
import { AddToCalendar, type Appointment, MeetingTime } from './done.tsx';
import { wordsOf } from './form.tsx';
import { tellBooked } from './frame.ts';
import { BackIcon, CheckIcon, ClockIcon, CrossIcon } from './icons.tsx';
import { Picker } from './picker.ts';
import { type Slot, Slots, unpack } from './slots.ts';
import { dayText, t, timeText } from './texts.ts';
import { Alternatives, Times } from './times.tsx';
import type { ApiSlots, Linked, MeetingBoot } from './types.ts';
import { Zone } from './zone.tsx';

type Step = 'meeting' | 'move' | 'cancel';
type Action = 'move' | 'cancel' | 'confirm';

const REASON_LENGTH = 1000;
const SOON_MILLISECONDS = 15 * 60_000;

class ManagePage {
  step: Step = 'meeting';
  link: Linked;
  slot: Slot | null = null;
  alternatives: Slot[] = [];
  busy: Action | null = null;
  trouble: string | null = null;
  /** What has just been done, in words. */
  news: string | null = null;
  reason = '';
  readonly picker: Picker;
  private readonly path: string;

  constructor(
    private boot: MeetingBoot,
    private token: string,
    private choices: HTMLElement,
    private stage: HTMLElement,
  ) {
    this.path = `/booking-links/${token}`;
    this.link = boot.link;
    const slots = new Slots((from, to) => this.fetch(from, to), boot.last_month);
    this.picker = new Picker(slots, boot.link.length, () => this.draw());
    addEventListener('popstate', () => this.go('meeting', false));
    this.draw();
  }

  private get confirmable(): boolean {
    return this.link.kind === 'meeting' && this.link.can_confirm && !this.link.confirmed_at;
  }

  private get over(): boolean {
    return this.link.ends_at !== null && Date.parse(this.link.ends_at) <= now();
  }

  private fetch(from: Date, to: Date): Promise<ApiSlots> {
    const query = new URLSearchParams({
      start: from.toISOString(),
      end: to.toISOString(),
      length: String(this.link.length),
    });
    return call(
      'GET',
      `/booking/${this.boot.organisation.slug}/${this.boot.event?.slug}/slots?${query}`,
    );
  }

  draw(): void {
    document.documentElement.dataset.step = this.step;
    render(<Zone picker={this.picker} redraw={() => this.draw()} />, this.choices);
    render(this.stageView(), this.stage);
  }

  go(step: Step, remember = true): void {
    this.step = step;
    this.slot = null;
    this.alternatives = [];
    this.trouble = null;
    if (remember) history.pushState(null, '');
    this.draw();
    if (step === 'move') void this.picker.open();
    document.getElementById('step')?.focus({ preventScroll: true });
    this.stage.scrollIntoView({ block: 'nearest' });
  }

  /** Carry out what the visitor decided; `done` is said afterwards. */
  private async act(what: Action, body: unknown, done: string): Promise<void> {
    if (this.busy) return;
    this.busy = what;
    this.trouble = null;
    this.draw();
    try {
      this.link = await call<Linked>('POST', `${this.path}/${what}`, body);
      this.news = done;
      this.busy = null;
      this.go('meeting', false);
      this.tellFrame(what);
    } catch (failure) {
      this.busy = null;
      if (!(failure instanceof Failure)) throw failure;
      this.explain(failure);
      this.draw();
    }
  }

  private tellFrame(what: Action): void {
    const { starts_at, ends_at, state } = this.link;
    if (what === 'confirm' || !starts_at || !ends_at) return;
    const event_type = this.boot.event?.slug ?? '';
    tellBooked(what === 'move' ? 'moved' : 'cancelled', { event_type, starts_at, ends_at, state });
  }

  private explain(failure: Failure): void {
    if (failure.code !== 'meetings.slot_taken' || !this.slot) {
      this.trouble = wordsOf(failure);
      return;
    }
    const { zone, hours, slots } = this.picker;
    slots.drop(this.slot.start);
    this.alternatives = failure.alternatives.map(unpack);
    this.trouble = t(this.alternatives.length ? 'taken' : 'taken_no_other', {
      time: timeText(this.slot.start, zone, hours),
    });
    this.slot = null;
    void this.picker.refresh();
  }

  private stageView() {
    if (this.step === 'move') return this.moveView();
    if (this.step === 'cancel') return this.cancelView();
    if (this.link.kind === 'meeting' || this.link.state === 'booked') return this.meetingView();
    return this.link.kind === 'offer' ? this.offerView() : this.waitingView();
  }

  private when(start: string | number | null, end: string | number | null) {
    if (start === null || end === null) return null;
    const { zone, hours } = this.picker;
    const [from, to] = [new Date(start).getTime(), new Date(end).getTime()];
    return <MeetingTime start={from} end={to} zone={zone} hours={hours} />;
  }

  private meetingView() {
    const { link } = this;
    const off = link.state === 'cancelled';
    const state = off ? 'cancelled' : this.over ? 'past' : link.state;
    return (
      <Summary
        look={off ? 'off' : link.state === 'pending' ? 'waiting' : ''}
        title={
          this.news ?? t(`state_${state === 'pending' || off || this.over ? state : 'confirmed'}`)
        }
      >
        <div class={off ? 'struck' : ''}>{this.when(link.starts_at, link.ends_at)}</div>
        {this.troubleView()}
        {off || this.over ? this.againView() : this.actionsView()}
      </Summary>
    );
  }

  private againView() {
    const { event, organisation } = this.boot;
    return (
      event && (
        <a class="primary" href={`/book/${organisation.slug}/${event.slug}`}>
          {t('book_again')}
        </a>
      )
    );
  }

  private actionsView() {
    const { link } = this;
    // Until it is about to begin, saying that one comes matters more than the way in.
    const soon = Date.parse(link.starts_at ?? '') - now() < SOON_MILLISECONDS;
    const dated = link.starts_at && link.ends_at ? (link as Appointment) : null;
    return (
      <>
        {this.confirmable &&
          this.button('confirm', soon ? 'quiet' : 'primary', t('confirm'), t('confirmed_now'))}
        {link.join_url && (
          <a
            class={this.confirmable && !soon ? 'quiet' : 'primary'}
            href={link.join_url}
            target="_blank"
            rel="noopener noreferrer"
          >
            {t('join')}
          </a>
        )}
        {link.confirmed_at && !this.news && <p class="soft">{t('confirmed_before')}</p>}
        {dated && link.state === 'confirmed' && (
          <AddToCalendar meeting={dated} token={this.token} />
        )}
        <p class="links">
          {link.can_move && (
            <button type="button" class="quiet" onClick={() => this.go('move')}>
              {t('move')}
            </button>
          )}
          {link.can_cancel && (
            <button type="button" class="quiet danger" onClick={() => this.go('cancel')}>
              {t('cancel')}
            </button>
          )}
        </p>
        {!link.can_move && !link.can_cancel && <p class="soft">{t('too_late')}</p>}
        {link.policy && (
          <p class="soft policy" dir="auto">
            {link.policy}
          </p>
        )}
      </>
    );
  }

  private offerView() {
    const { link } = this;
    const { zone, hours } = this.picker;
    const stands = link.state === 'held';
    const until = link.held_until ? Date.parse(link.held_until) : 0;
    return (
      <Summary
        look={stands ? '' : 'off'}
        title={this.news ?? t(stands ? 'offer_title' : 'offer_ended')}
      >
        <div class={stands ? '' : 'struck'}>{this.when(link.starts_at, link.ends_at)}</div>
        {this.troubleView()}
        {stands ? (
          <>
            <p class="soft">
              {t('offer_until', {
                until: `${dayText(until, zone)}, ${timeText(until, zone, hours)}`,
              })}
            </p>
            <p class="links">
              {this.button('confirm', 'primary', t('take_offer'), t('offer_taken'))}
              {this.button('cancel', 'quiet', t('pass_offer'), t('offer_passed'))}
            </p>
          </>
        ) : (
          this.againView()
        )}
      </Summary>
    );
  }

  private waitingView() {
    const { link } = this;
    const waits = link.state === 'waiting' || link.state === 'offered';
    return (
      <Summary
        look={waits ? 'waiting' : 'off'}
        title={this.news ?? t(waits ? 'waiting_title' : 'left_title')}
      >
        {this.troubleView()}
        {waits ? (
          <>
            <p class="soft">{t('waiting_state_more', { email: link.email })}</p>
            {this.button('cancel', 'quiet', t('leave_list'), t('left_title'))}
          </>
        ) : (
          this.againView()
        )}
      </Summary>
    );
  }

  private button(what: Action, look: string, words: string, done: string) {
    return (
      <button
        type="button"
        class={look}
        aria-disabled={this.busy !== null}
        onClick={() => void this.act(what, undefined, done)}
      >
        {this.busy === what && <span class="spinner" />}
        {words}
      </button>
    );
  }

  private troubleView() {
    return (
      this.trouble && (
        <p class="trouble" role="alert">
          {this.trouble}
        </p>
      )
    );
  }

  private head(title: string) {
    return (
      <div class="step-head">
        <button type="button" class="icon" aria-label={t('back')} onClick={() => history.back()}>
          <BackIcon />
        </button>
        <h2 id="step" tabIndex={-1}>
          {title}
        </h2>
      </div>
    );
  }

  private moveView() {
    const { slot, picker } = this;
    const pick = (chosen: Slot) => {
      this.slot = chosen;
      this.alternatives = [];
      this.trouble = null;
      this.draw();
      document.getElementById('new-time')?.focus();
    };
    return (
      <div class="details moving">
        {this.head(t('move_title'))}
        <p class="soft">{t('move_from')}</p>
        {this.when(this.link.starts_at, this.link.ends_at)}
        {this.troubleView()}
        {this.alternatives.length > 0 && (
          <Alternatives slots={this.alternatives} picker={picker} onPick={pick} />
        )}
        {slot ? (
          this.newTimeView(slot)
        ) : (
          <div class="choose">
            <Calendar picker={picker} />
            <Times picker={picker} shared={(this.boot.event?.seats ?? 1) > 1} onPick={pick} />
          </div>
        )}
      </div>
    );
  }

  private newTimeView(slot: Slot) {
    const body = { starts_at: new Date(slot.start).toISOString() };
    return (
      <div class="standing">
        <h3 id="new-time" tabIndex={-1}>
          {t('new_time')}
        </h3>
        {this.when(slot.start, slot.end)}
        <p class="links">
          <button
            type="button"
            class="primary"
            aria-disabled={this.busy !== null}
            onClick={() => void this.act('move', body, t('moved_now'))}
          >
            {this.busy && <span class="spinner" />}
            {t(this.busy ? 'one_moment' : 'move_now')}
          </button>
          <button type="button" class="quiet" onClick={() => this.go('move', false)}>
            {t('other_time')}
          </button>
        </p>
      </div>
    );
  }

  private cancelView() {
    const cancel = (event: SubmitEvent) => {
      event.preventDefault();
      void this.act('cancel', { reason: this.reason.trim() }, t('cancelled_now'));
    };
    return (
      <div class="details">
        {this.head(t('cancel_title'))}
        {this.when(this.link.starts_at, this.link.ends_at)}
        {this.troubleView()}
        <form onSubmit={cancel}>
          <div class="field">
            <label for="reason">
              {t('reason')}
              <span class="optional"> {t('optional')}</span>
            </label>
            <textarea
              id="reason"
              rows={3}
              dir="auto"
              maxLength={REASON_LENGTH}
              value={this.reason}
              onInput={(event) => {
                this.reason = event.currentTarget.value;
              }}
            />
          </div>
          <div class="action">
            <button type="submit" class="primary danger" aria-disabled={this.busy !== null}>
              {this.busy && <span class="spinner" />}
              {t(this.busy ? 'one_moment' : 'cancel_now')}
            </button>
          </div>
        </form>
      </div>
    );
  }
}

/** A sign, a sentence, and what belongs below it. */
function Summary(props: {
  look: '' | 'waiting' | 'off';
  title: string;
  children: ComponentChildren;
}) {
  const sign = { '': <CheckIcon />, waiting: <ClockIcon />, off: <CrossIcon /> }[props.look];
  return (
    <div class="done">
      <span class={`seal ${props.look}`}>{sign}</span>
      <h2 id="step" tabIndex={-1}>
        {props.title}
      </h2>
      {props.children}
    </div>
  );
}

/** Bring the page of one link to life inside the markup of the server. */
export function startManaging(boot: MeetingBoot, choices: HTMLElement, stage: HTMLElement): void {
  choices.replaceChildren();
  stage.replaceChildren();
  stage.removeAttribute('aria-busy');
  new ManagePage(boot, location.pathname.split('/')[2] ?? '', choices, stage);
}
