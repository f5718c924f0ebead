/** @jsxImportSource preact */
/** The booking page: choose a time, say who you are, done. */
import { render } from 'preact';
import { call, Failure } from './api.ts';
import { Calendar } from './calendar.tsx';
import { now } from './clock.ts';
import { boundsOf } from './dates.ts';
import { Done, MeetingTime } from './done.tsx';
import { answersOf, Form, FormState, fieldsOf, type Given } from './form.tsx';
import { tellBooked } from './frame.ts';
import { BackIcon } from './icons.tsx';
import { Picker } from './picker.ts';
import { type Slot, Slots, unpack } from './slots.ts';
import { currentLanguage, shortDayText, t, timeText } from './texts.ts';
import { Alternatives, Times } from './times.tsx';
import type { ApiSlots, Booked, EventBoot } from './types.ts';
import { Zone } from './zone.tsx';

type Step = 'time' | 'details' | 'done' | 'waiting' | 'listed';

/** Look again at the times when the tab comes back after this long. */
const STALE_MILLISECONDS = 60_000;
const LONGEST_WISH_MILLISECONDS = 61 * 86_400_000;

class BookingPage {
  step: Step = 'time';
  slot: Slot | null = null;
  meeting: Booked | null = null;
  /** Times offered to whoever lost a race. */
  alternatives: Slot[] = [];
  readonly form: FormState;
  readonly waiting: FormState;
  readonly picker: Picker;
  private readonly path: string;
  /** One key for one intent: a repeated press or a lost answer never books twice. */
  private attempt = '';

  constructor(
    private boot: EventBoot,
    private choices: HTMLElement,
    private stage: HTMLElement,
  ) {
    this.path = `/booking/${boot.organisation.slug}/${boot.event.slug}`;
    const query = new URLSearchParams(location.search);
    const slots = new Slots((from, to, length) => this.fetch(from, to, length), boot.last_month);
    slots.take(boot.slots);
    const date = query.get('date');
    this.picker = new Picker(slots, boot.slots.length, () => this.draw(), {
      zone: query.get('tz'),
      day: date && /^\d{4}-\d\d-\d\d$/.test(date) ? date : null,
    });
    this.form = new FormState('details');
    this.waiting = new FormState('waiting');
    addEventListener('popstate', () => this.step !== 'done' && this.go('time', false));
    this.keepFresh();
    void this.picker.open();
  }

  private async fetch(from: Date, to: Date, length: number): Promise<ApiSlots> {
    const query = new URLSearchParams({
      start: from.toISOString(),
      end: to.toISOString(),
      length: String(length),
    });
    return call('GET', `${this.path}/slots?${query}`);
  }

  private keepFresh(): void {
    let left = Date.now();
    const back = () => {
      if (document.visibilityState === 'hidden') left = Date.now();
      else if (Date.now() - left > STALE_MILLISECONDS && this.step === 'time') {
        void this.picker.refresh();
      }
    };
    document.addEventListener('visibilitychange', back);
    addEventListener('pageshow', (event) => event.persisted && back());
  }

  draw(): void {
    document.documentElement.dataset.step = this.step;
    render(this.choicesView(), this.choices);
    render(this.stageView(), this.stage);
  }

  go(step: Step, remember = true): void {
    this.step = step;
    if (remember) history.pushState(null, '');
    this.draw();
    const heading = document.getElementById(step === 'time' ? 'times-of' : 'step');
    heading?.focus({ preventScroll: true });
    this.stage.scrollIntoView({ block: 'nearest' });
  }

  private pick(slot: Slot): void {
    this.slot = slot;
    this.attempt = crypto.randomUUID();
    this.form.trouble = null;
    if (this.alternatives.length) {
      this.alternatives = [];
      this.draw();
    } else this.go('details');
  }

  private async book(trap: string): Promise<void> {
    if (!this.slot) return;
    const { form, slot } = this;
    form.busy = true;
    form.trouble = null;
    this.draw();
    try {
      this.meeting = await call<Booked>(
        'POST',
        `${this.path}/bookings`,
        {
          ...this.person(form.values, trap),
          starts_at: new Date(slot.start).toISOString(),
          length: this.picker.length,
          answers: answersOf(this.boot.event.questions, form.values),
          campaign: new URLSearchParams(location.search).get('utm_campaign')?.slice(0, 120) ?? '',
        },
        this.attempt,
      );
      form.forget();
      form.busy = false;
      this.go('done', false);
      tellBooked('booked', {
        event_type: this.boot.event.slug,
        starts_at: this.meeting.starts_at,
        ends_at: this.meeting.ends_at,
        state: this.meeting.state,
      });
    } catch (failure) {
      form.busy = false;
      if (failure instanceof Failure && failure.code === 'meetings.slot_taken') {
        this.lose(slot, failure);
      } else form.fail(failure, fieldsOf(this.boot.event));
      this.draw();
      this.stage.querySelector<HTMLElement>('[role=alert], [aria-invalid=true]')?.focus();
    }
  }

  /** Somebody was faster: the form stays as it is, other times are one tap away. */
  private lose(slot: Slot, failure: Failure): void {
    this.picker.slots.drop(slot.start);
    this.alternatives = failure.alternatives.map(unpack);
    this.form.trouble = t(this.alternatives.length ? 'taken' : 'taken_no_other', {
      time: timeText(slot.start, this.picker.zone, this.picker.hours),
    });
  }

  private async wait(trap: string): Promise<void> {
    const form = this.waiting;
    form.busy = true;
    this.draw();
    try {
      const [from, to] = this.wanted();
      await call('POST', `${this.path}/waiting-list`, {
        ...this.person(form.values, trap),
        answers: answersOf(this.boot.event.questions, form.values),
        length: this.picker.length,
        wanted_from: from.toISOString(),
        wanted_until: to.toISOString(),
      });
      form.forget();
      form.busy = false;
      this.go('listed', false);
    } catch (failure) {
      form.busy = false;
      form.fail(failure, fieldsOf(this.boot.event));
      this.draw();
    }
  }

  /** The time to wait for: from the shown month on, as long as a wish may be. */
  private wanted(): [Date, Date] {
    const from = Math.max(now(), boundsOf(this.picker.month)[0]);
    return [new Date(from), new Date(from + LONGEST_WISH_MILLISECONDS)];
  }

  private person(values: Given, website: string) {
    return {
      name: (values.name ?? '').trim(),
      email: (values.email ?? '').trim(),
      phone: values.phone?.trim() || null,
      time_zone: this.picker.zone,
      language: currentLanguage(),
      website,
    };
  }

  private choicesView() {
    const { event } = this.boot;
    return (
      <>
        {event.lengths.length > 1 && this.step === 'time' && (
          // biome-ignore lint/a11y/useSemanticElements: a group of buttons, no form fields
          <div class="lengths" role="group" aria-label={t('length')}>
            {event.lengths.map((length) => (
              <button
                key={length}
                type="button"
                aria-pressed={length === this.picker.length}
                onClick={() => this.picker.setLength(length)}
              >
                {t('minutes', { n: length })}
              </button>
            ))}
          </div>
        )}
        {this.step === 'details' && this.slot && (
          <MeetingTime
            start={this.slot.start}
            end={this.slot.end}
            zone={this.picker.zone}
            hours={this.picker.hours}
          />
        )}
        {this.step !== 'done' && <Zone picker={this.picker} redraw={() => this.draw()} />}
      </>
    );
  }

  private stageView() {
    switch (this.step) {
      case 'time':
        return this.picker.exhausted ? this.waitingView(true) : this.timeView();
      case 'details':
        return this.detailsView();
      case 'done':
        return (
          this.meeting && (
            <Done
              meeting={this.meeting}
              zone={this.picker.zone}
              hours={this.picker.hours}
              email={this.form.values.email ?? ''}
              onAgain={() => {
                this.picker.slots.drop(this.slot?.start ?? 0);
                this.go('time');
                void this.picker.refresh();
              }}
            />
          )
        );
      case 'waiting':
        return this.waitingView(false);
      case 'listed':
        return (
          <div class="done">
            <h2 id="step" tabIndex={-1}>
              {t('listed')}
            </h2>
            <p class="soft">{t('listed_more', { email: this.waiting.values.email ?? '' })}</p>
          </div>
        );
    }
  }

  private timeView() {
    return (
      <div class="choose">
        <Calendar picker={this.picker} />
        <Times
          picker={this.picker}
          shared={this.boot.event.seats > 1}
          onPick={(slot) => this.pick(slot)}
          onWait={() => this.go('waiting')}
        />
      </div>
    );
  }

  private detailsView() {
    const { slot, picker } = this;
    if (!slot) return null;
    const summary = `${shortDayText(picker.localDay(slot.start))}, ${timeText(slot.start, picker.zone, picker.hours)}`;
    const { event } = this.boot;
    return (
      <div class="details">
        <div class="step-head">
          <button
            type="button"
            class="icon"
            aria-label={t('other_time')}
            onClick={() => history.back()}
          >
            <BackIcon />
          </button>
          <h2 id="step" tabIndex={-1}>
            {t('your_details')}
          </h2>
        </div>
        <Form
          form={this.form}
          fields={fieldsOf(event)}
          summary={summary}
          action={t(event.requires_confirmation ? 'request' : 'book')}
          onSend={(trap) => void this.book(trap)}
          redraw={() => this.draw()}
        >
          {this.alternatives.length > 0 && this.alternativesView()}
        </Form>
        {event.cancellation_policy && (
          <p class="soft policy" dir="auto">
            {event.cancellation_policy}
          </p>
        )}
      </div>
    );
  }

  private alternativesView() {
    return (
      <Alternatives
        slots={this.alternatives}
        picker={this.picker}
        onPick={(slot) => this.pick(slot)}
      />
    );
  }

  private waitingView(only: boolean) {
    return (
      <div class="details">
        <div class="step-head">
          {!only && (
            <button
              type="button"
              class="icon"
              aria-label={t('back')}
              onClick={() => history.back()}
            >
              <BackIcon />
            </button>
          )}
          <h2 id="step" tabIndex={-1}>
            {t(only ? 'nothing_at_all' : 'waiting_list')}
          </h2>
        </div>
        <p class="soft">{t('waiting_more')}</p>
        <Form
          form={this.waiting}
          fields={fieldsOf(this.boot.event)}
          action={t('join_waiting_list')}
          onSend={(trap) => void this.wait(trap)}
          redraw={() => this.draw()}
        />
      </div>
    );
  }
}

/** Bring the booking page to life inside the markup of the server. */
export function startBooking(boot: EventBoot, choices: HTMLElement, stage: HTMLElement): void {
  choices.replaceChildren();
  stage.replaceChildren();
  stage.removeAttribute('aria-busy');
  new BookingPage(boot, choices, stage);
}
