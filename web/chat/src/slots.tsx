/** @jsxImportSource preact */
/** Free times to choose from, by day, in the visitor's own zone. */
import { useState } from 'preact/hooks';
import type { Chat } from './chat.ts';
import { dayKey, dayText, t, timeText } from './texts.ts';
import type { Slot } from './types.ts';

/** The times within reach; `folded` where the visitor went on to something else meanwhile. */
export function Slots({ chat, slots, folded }: { chat: Chat; slots: Slot[]; folded: boolean }) {
  const ahead = slots.filter((slot) => new Date(slot.starts_at).getTime() > Date.now());
  if (!ahead.length) return null;
  if (!folded) {
    return (
      <li class="picker">
        <fieldset>
          <legend>{t('times')}</legend>
          <Times chat={chat} slots={ahead} />
        </fieldset>
      </li>
    );
  }
  return (
    <li class="picker folded">
      <details>
        <summary>{t('times')}</summary>
        <Times chat={chat} slots={ahead} />
      </details>
    </li>
  );
}

function Times({ chat, slots }: { chat: Chat; slots: Slot[] }) {
  const days = [...new Set(slots.map((slot) => dayKey(slot.starts_at)))];
  const [shown, show] = useState(days[0]);
  const own = slots.filter((slot) => dayKey(slot.starts_at) === shown);
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone.replaceAll('_', ' ');
  return (
    <>
      <div class="days">
        {days.map((day) => {
          const first = slots.find((slot) => dayKey(slot.starts_at) === day);
          return (
            <button key={day} type="button" aria-pressed={day === shown} onClick={() => show(day)}>
              {dayText(first?.starts_at ?? '', 'short')}
            </button>
          );
        })}
      </div>
      <div class="times">
        {own.map((slot) => (
          <button
            key={slot.starts_at}
            type="button"
            aria-label={`${dayText(slot.starts_at)}, ${timeText(slot.starts_at)}`}
            onClick={() => chat.say(slot.label ?? slot.starts_at, slot.starts_at)}
          >
            {timeText(slot.starts_at)}
          </button>
        ))}
      </div>
      <p class="hint">{t('zone', { zone })}</p>
    </>
  );
}
