/** @jsxImportSource preact */
/** A booked meeting: when, where, and how it gets into one's own calendar. */
import { CheckIcon, ClockIcon } from './icons.tsx';
import type { HourCycle } from './texts.ts';
import { dayText, offsetText, spanText, t } from './texts.ts';
import type { Booked, Place } from './types.ts';
import { cityOf } from './zone.tsx';

interface When {
  start: number;
  end: number;
  zone: string;
  hours: HourCycle;
}

/** Day, time and zone of a meeting, never one without the others. */
export function MeetingTime({ start, end, zone, hours }: When) {
  return (
    <p class="when">
      <time dateTime={new Date(start).toISOString()}>
        <strong>{dayText(start, zone)}</strong>
        <span>{spanText(start, end, zone, hours)}</span>
      </time>
      <small>
        {cityOf(zone)} ({offsetText(start, zone)})
      </small>
    </p>
  );
}

interface Props {
  meeting: Booked;
  zone: string;
  hours: HourCycle;
  email: string;
  onAgain?: () => void;
}

export function Done({ meeting, zone, hours, email, onAgain }: Props) {
  const pending = meeting.state === 'pending';
  return (
    <div class="done">
      <span class={pending ? 'seal waiting' : 'seal'}>
        {pending ? <ClockIcon /> : <CheckIcon />}
      </span>
      <h2 id="step" tabIndex={-1}>
        {t(pending ? 'requested' : 'booked')}
      </h2>
      <p class="soft">{t(pending ? 'requested_more' : 'booked_more', { email })}</p>
      <MeetingTime
        start={Date.parse(meeting.starts_at)}
        end={Date.parse(meeting.ends_at)}
        zone={zone}
        hours={hours}
      />
      {meeting.join_url && (
        <p>
          <a href={meeting.join_url} target="_blank" rel="noopener noreferrer">
            {t('join')}
          </a>
        </p>
      )}
      {!pending && <AddToCalendar meeting={meeting} token={meeting.token} />}
      <p class="links">
        <a href={`/meeting/${meeting.token}`} target="_blank" rel="noopener">
          {t('manage')}
        </a>
        {onAgain && (
          <button type="button" class="link" onClick={onAgain}>
            {t('book_another')}
          </button>
        )}
      </p>
    </div>
  );
}

/** What a calendar wants to know. */
export interface Appointment {
  title: string;
  starts_at: string;
  ends_at: string;
  location: Place;
  join_url: string | null;
}

/** Ways into the visitor's calendar. */
export function AddToCalendar({ meeting, token }: { meeting: Appointment; token: string }) {
  return (
    <fieldset class="calendars">
      <legend>{t('add_to_calendar')}</legend>
      <a class="quiet" href={googleLink(meeting)} target="_blank" rel="noopener noreferrer">
        Google
      </a>
      <a class="quiet" href={outlookLink(meeting)} target="_blank" rel="noopener noreferrer">
        Outlook
      </a>
      <a class="quiet" href={`/meeting/${token}/invitation.ics`} download="invitation.ics">
        {t('calendar_file')}
      </a>
    </fieldset>
  );
}

const place = (meeting: Appointment) => meeting.join_url ?? meeting.location.value ?? '';

const compact = (instant: string) => new Date(instant).toISOString().replace(/[-:]|\.\d+/g, '');

export function googleLink(meeting: Appointment): string {
  return `https://calendar.google.com/calendar/render?${new URLSearchParams({
    action: 'TEMPLATE',
    text: meeting.title,
    dates: `${compact(meeting.starts_at)}/${compact(meeting.ends_at)}`,
    location: place(meeting),
  })}`;
}

export function outlookLink(meeting: Appointment): string {
  return `https://outlook.live.com/calendar/0/deeplink/compose?${new URLSearchParams({
    path: '/calendar/action/compose',
    rru: 'addevent',
    subject: meeting.title,
    startdt: new Date(meeting.starts_at).toISOString(),
    enddt: new Date(meeting.ends_at).toISOString(),
    location: place(meeting),
  })}`;
}
