/** @jsxImportSource preact */
/** The free times of the chosen day, and what to say where there are none. */
import { monthOf } from './dates.ts';
import type { Picker } from './picker.ts';
import type { Slot } from './slots.ts';
import { count, dayText, type HourCycle, monthText, shortDayText, t, timeText } from './texts.ts';

interface Props {
  picker: Picker;
  /** Several people share a meeting: the places left are shown. */
  shared: boolean;
  onPick(slot: Slot): void;
  onWait?: () => void;
}

export function Times({ picker, shared, onPick, onWait }: Props) {
  const { day, notice, status } = picker;
  const slots = (day && picker.days().get(day)) || [];
  return (
    <section class="times" aria-label={t('choose_time')}>
      <div class="times-head">
        <h2 id="times-of" tabIndex={-1}>
          {day && slots.length ? shortDayText(day) : t('times')}
        </h2>
        <Hours picker={picker} />
      </div>
      <div class="times-body" aria-live="polite">
        {notice?.kind === 'jumped' && (
          <p class="note">
            {t('jumped', { month: monthText(notice.from), day: dayText(notice.day) })}
          </p>
        )}
        {status === 'loading' && <LoadingTimes />}
        {status === 'failed' && (
          <div class="note">
            <p>{t('times_failed')}</p>
            <button type="button" class="quiet" onClick={() => picker.refresh()}>
              {t('try_again')}
            </button>
          </div>
        )}
        {status === 'ready' && notice?.kind === 'empty' && (
          <Empty picker={picker} month={notice.month} next={notice.next} onWait={onWait} />
        )}
        {status === 'ready' && slots.length > 0 && (
          <ul class="slots">
            {slots.map((slot) => (
              <li key={slot.start}>
                <button type="button" class="slot" onClick={() => onPick(slot)}>
                  <time dateTime={new Date(slot.start).toISOString()}>
                    {timeText(slot.start, picker.zone, picker.hours)}
                  </time>
                  {shared && <small>{count('places', slot.seatsLeft)}</small>}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  );
}

function Empty(props: { picker: Picker; month: string; next: string | null; onWait?: () => void }) {
  const { picker, month, next, onWait } = props;
  return (
    <div class="note">
      <p>{t('month_empty', { month: monthText(month) })}</p>
      {next && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            picker.day = next;
            void picker.show(monthOf(next));
          }}
        >
          {t('next_free', { day: shortDayText(next) })}
        </button>
      )}
      {!next && onWait && (
        <button type="button" class="quiet" onClick={onWait}>
          {t('join_waiting_list')}
        </button>
      )}
    </div>
  );
}

/** The nearest times for whoever lost a race. */
export function Alternatives(props: { slots: Slot[]; picker: Picker; onPick(slot: Slot): void }) {
  const { slots, picker, onPick } = props;
  return (
    <ul class="alternatives" aria-label={t('alternatives')}>
      {slots.map((slot) => (
        <li key={slot.start}>
          <button type="button" class="slot" onClick={() => onPick(slot)}>
            <small>{shortDayText(picker.localDay(slot.start), 'short')}</small>
            <time dateTime={new Date(slot.start).toISOString()}>
              {timeText(slot.start, picker.zone, picker.hours)}
            </time>
          </button>
        </li>
      ))}
    </ul>
  );
}

const LoadingTimes = () => (
  <div class="slots" role="status">
    <span class="unseen">{t('loading')}</span>
    {Array.from({ length: 6 }, (_, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: six grey bars
      <div key={index} class="bone slot" />
    ))}
  </div>
);

/** 12 or 24 hours. */
export function Hours({ picker }: { picker: Picker }) {
  const choice = (hours: HourCycle, label: string, said: string) => (
    <button
      type="button"
      aria-pressed={picker.hours === hours}
      title={said}
      onClick={() => picker.setHours(hours)}
    >
      {label}
    </button>
  );
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of two buttons, no form fields
    <div class="hours" role="group" aria-label={t('clock')}>
      {choice('h12', '12h', t('clock_12'))}
      {choice('h23', '24h', t('clock_24'))}
    </div>
  );
}
