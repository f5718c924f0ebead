import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { ownTimeZone } from '@/app/choices';
import { formatDate, formatTime, readerLanguage } from '@/app/format';
import { IconChevronLeft, IconChevronRight } from '@/app/icons';
import type { Meeting } from '@/components/booking/queries';
import {
  addDays,
  dayIn,
  instantAt,
  minutesIn,
  mondayOf,
  weekFrom,
} from '@/components/booking/zoned';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { weekQuery } from '../queries';
import { lanesOf } from './lanes';
import classes from './list.module.css';
import { outcomeOf, span } from './words';

const HOUR = 48;
const MORNING = 7;

interface WeekViewProps {
  /** A day of the week shown. */
  day: string | undefined;
  host: string | undefined;
  type: string | undefined;
  /** Colour of a meeting's event type. */
  colourOf: (meeting: Meeting) => string;
  onDay: (day: string | undefined) => void;
  onOpen: (meeting: Meeting) => void;
}

function Entry({
  meeting,
  colour,
  onOpen,
  style,
}: {
  meeting: Meeting;
  colour: string;
  onOpen: (meeting: Meeting) => void;
  style?: React.CSSProperties;
}) {
  const { t } = useTranslation('meetings');
  const outcome = outcomeOf(meeting);
  const [first, ...others] = meeting.attendees;
  const who = [first?.name, others.length > 0 && t('more', { count: others.length })]
    .filter(Boolean)
    .join(' ');
  return (
    <button
      type="button"
      className={classes.entry}
      data-outcome={outcome}
      style={{ ...style, '--event-type': colour } as React.CSSProperties}
      title={`${span(meeting)}\n${meeting.title}\n${who}`}
      onClick={() => onOpen(meeting)}
    >
      <span className={classes.entryTime}>{formatTime(meeting.starts_at)}</span>
      <span className={classes.entryTitle}>{who || meeting.title}</span>
      <span className="tw-hidden">{`${meeting.title}, ${t(`outcome.${outcome}`)}`}</span>
    </button>
  );
}

/** The meetings of one week by day and hour; on narrow screens day after day. */
export function WeekView({ day, host, type, colourOf, onDay, onOpen }: WeekViewProps) {
  const { t } = useTranslation('meetings');
  const zone = ownTimeZone();
  const today = dayIn(zone, new Date());
  const monday = mondayOf(day ?? today);
  const days = weekFrom(monday);
  const area = useRef<HTMLElement>(null);
  const { data, error, refetch } = useQuery(
    weekQuery({
      start: instantAt(zone, monday, 0).toISOString(),
      end: instantAt(zone, addDays(monday, 7), 0).toISOString(),
      host,
      type,
    }),
  );
  const loaded = data !== undefined;
  useEffect(() => {
    if (loaded) area.current?.scrollTo({ top: MORNING * HOUR });
  }, [loaded]);
  const meetings = data?.items ?? [];
  const go = (next: string) => onDay(mondayOf(today) === mondayOf(next) ? undefined : next);
  const long = new Intl.DateTimeFormat(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  });
  const of = (one: string) =>
    meetings.filter(({ starts_at }) => dayIn(zone, new Date(starts_at)) === one);
  return (
    <section aria-label={t('view.week')} className={classes.week}>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500} aria-live="polite">
          {t('week.span', {
            from: formatDate(`${monday}T12:00:00`),
            to: formatDate(`${days[6]}T12:00:00`),
          })}
        </Text>
        <Group gap={4}>
          <Button
            size="compact-md"
            fz="sm"
            fw={500}
            variant="default"
            onClick={() => onDay(undefined)}
          >
            {t('week.today')}
          </Button>
          <ActionIcon aria-label={t('week.earlier')} onClick={() => go(addDays(monday, -7))}>
            <IconChevronLeft size={16} />
          </ActionIcon>
          <ActionIcon aria-label={t('week.later')} onClick={() => go(addDays(monday, 7))}>
            <IconChevronRight size={16} />
          </ActionIcon>
        </Group>
      </Group>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} height={32} />}
      {data && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
          <section className={classes.scroll} ref={area} tabIndex={0} aria-label={t('week.grid')}>
            <div className={classes.weekGrid}>
              <div className={classes.weekHead} />
              {days.map((one) => (
                <div key={one} className={classes.weekHead} data-today={one === today || undefined}>
                  {long.format(new Date(`${one}T00:00:00Z`))}
                </div>
              ))}
              <div className={classes.weekHours} aria-hidden>
                {Array.from({ length: 24 }, (_, hour) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: the hour is the identity
                  <span key={hour} style={{ top: hour * HOUR }}>
                    {`${String(hour).padStart(2, '0')}:00`}
                  </span>
                ))}
              </div>
              {days.map((one) => (
                <div key={one} className={classes.weekDay} data-today={one === today || undefined}>
                  {lanesOf(of(one)).map(({ item, lane, lanes }) => {
                    const at = minutesIn(zone, new Date(item.starts_at));
                    const minutes =
                      (Date.parse(item.ends_at) - Date.parse(item.starts_at)) / 60_000;
                    return (
                      <Entry
                        key={item.id}
                        meeting={item}
                        colour={colourOf(item)}
                        onOpen={onOpen}
                        style={{
                          top: (at / 60) * HOUR,
                          height: Math.max(24, (minutes / 60) * HOUR - 2),
                          insetInlineStart: `${(100 * lane) / lanes}%`,
                          width: `calc(${100 / lanes}% - 2px)`,
                        }}
                      />
                    );
                  })}
                  {one === today && (
                    <span
                      className={classes.now}
                      style={{ top: (minutesIn(zone, new Date()) / 60) * HOUR }}
                      aria-hidden
                    />
                  )}
                </div>
              ))}
            </div>
          </section>
          <div className={classes.weekList}>
            {meetings.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('week.none')}
              </Text>
            )}
            {days
              .filter((one) => of(one).length > 0)
              .map((one) => (
                <div key={one}>
                  <Text size="xs" fw={500} c="dimmed" mb={4}>
                    {long.format(new Date(`${one}T00:00:00Z`))}
                  </Text>
                  {of(one).map((meeting) => (
                    <Entry
                      key={meeting.id}
                      meeting={meeting}
                      colour={colourOf(meeting)}
                      onOpen={onOpen}
                    />
                  ))}
                </div>
              ))}
          </div>
        </>
      )}
    </section>
  );
}
