import { useTranslation } from 'react-i18next';
import { readerLanguage } from '@/app/format';
import { dayIn, minutesIn } from '@/components/booking/zoned';
import type { Slot } from '../queries';
import classes from './event-types.module.css';
import { byDay, hoursShown, timeAt } from './grid';

const HOUR = 40;

interface PreviewGridProps {
  days: readonly string[];
  slots: readonly Slot[];
  zone: string;
  /** Minutes between two offered times. */
  increment: number;
  /** The instant asked about. */
  asked: Date | undefined;
  onAsk: (day: string, minutes: number) => void;
}

/** A week of what is offered; a click on any time asks about it. */
export function PreviewGrid({ days, slots, zone, increment, asked, onAsk }: PreviewGridProps) {
  const { t } = useTranslation('meetings/event-types');
  const offered = byDay(slots, zone);
  const all = [...offered.values()].flat().map(({ at }) => at);
  const [first, last] = hoursShown(asked ? [...all, minutesIn(zone, asked)] : all);
  const today = dayIn(zone, new Date());
  const shown = Math.min(increment, 60);
  const step = Math.min(increment, 30);
  const hours = Array.from({ length: last - first }, (_, index) => first + index);
  const dayWords = new Intl.DateTimeFormat(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t('preview.grid')}>
      <div className={classes.grid} style={{ '--hours': hours.length } as React.CSSProperties}>
        <div className={classes.head} />
        {days.map((day) => (
          <div key={day} className={classes.head} data-today={day === today || undefined}>
            {dayWords.format(new Date(`${day}T00:00:00Z`))}
          </div>
        ))}
        <div className={classes.hours} aria-hidden>
          {hours.map((hour) => (
            <span key={hour} className={classes.hour} style={{ top: (hour - first) * HOUR }}>
              {`${String(hour).padStart(2, '0')}:00`}
            </span>
          ))}
        </div>
        {days.map((day) => {
          const list = offered.get(day) ?? [];
          const times = list.map(({ at }) => at);
          const click = (event: React.MouseEvent<HTMLElement>) => {
            const { top } = event.currentTarget.getBoundingClientRect();
            const minutes = first * 60 + ((event.clientY - top) / HOUR) * 60;
            onAsk(day, timeAt(minutes, times, shown, step));
          };
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above asks about a time by keyboard
            <div
              key={day}
              className={classes.day}
              role="img"
              aria-label={t('preview.day', {
                day: dayWords.format(new Date(`${day}T00:00:00Z`)),
                count: list.length,
              })}
              onClick={click}
            >
              {list.map(({ slot, at }) => (
                <span
                  key={slot.starts_at}
                  className={classes.slot}
                  style={{
                    top: ((at - first * 60) / 60) * HOUR + 1,
                    height: (shown / 60) * HOUR - 2,
                  }}
                >
                  {shown >= 25 &&
                    `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`}
                </span>
              ))}
              {asked && dayIn(zone, asked) === day && (
                <span
                  className={classes.asked}
                  style={{ top: ((minutesIn(zone, asked) - first * 60) / 60) * HOUR }}
                />
              )}
            </div>
          );
        })}
      </div>
    </section>
  );
}
