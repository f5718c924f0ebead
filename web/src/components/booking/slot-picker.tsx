import { Button, Group, Stack, Text } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import '@mantine/dates/styles.css';
import { readerLanguage } from '@/app/format';
import { i18n } from '@/app/i18n';
import { ErrorState, LoadingLines } from '../page-states';
import classes from './booking.module.css';
import { type Slot, slotsQuery } from './queries';
import { addDays, dayIn, instantAt } from './zoned';

interface SlotPickerProps {
  eventTypeId: string;
  length: number;
  /** Whose clock the times are shown on. */
  zone: string;
  leadId?: string | undefined;
  /** The meeting that is to be moved: its own time is free for it. */
  ignoreMeeting?: string | undefined;
  /** The chosen start. */
  value: string | undefined;
  onChange: (startsAt: string | undefined) => void;
}

const SHOWN_DAYS = 42;

/** "14:05" on the clock of a zone. */
export function timeIn(zone: string, instant: string): string {
  const format = new Intl.DateTimeFormat(readerLanguage(), { timeStyle: 'short', timeZone: zone });
  return format.format(new Date(instant));
}

/** "Tue 24 Nov, 14:05" on the clock of a zone. */
export function momentIn(zone: string, instant: string | Date): string {
  const format = new Intl.DateTimeFormat(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: zone,
  });
  return format.format(new Date(instant));
}

/** A day, then one of its free times. */
export function SlotPicker(props: SlotPickerProps) {
  const { eventTypeId, length, zone, leadId, ignoreMeeting, value, onChange } = props;
  const { t } = useTranslation('booking');
  const today = dayIn(zone, new Date());
  const [month, setMonth] = useState(today);
  const [chosen, setChosen] = useState<string>();
  const from = month > today ? month : today;
  const { data, error, isPlaceholderData, refetch } = useQuery(
    slotsQuery(eventTypeId, {
      start: instantAt(zone, from, 0).toISOString(),
      end: instantAt(zone, addDays(from, SHOWN_DAYS), 0).toISOString(),
      length,
      lead_id: leadId,
      moving: ignoreMeeting,
    }),
  );
  const days = new Map<string, Slot[]>();
  for (const slot of data?.slots ?? []) {
    const on = dayIn(zone, new Date(slot.starts_at));
    days.set(on, [...(days.get(on) ?? []), slot]);
  }
  const day = chosen && days.has(chosen) ? chosen : [...days.keys()][0];
  const times = day ? (days.get(day) ?? []) : [];
  return (
    <div className={classes.picker}>
      <DatePicker
        value={day ?? null}
        onChange={(next) => {
          setChosen(next ?? undefined);
          onChange(undefined);
        }}
        date={month}
        onDateChange={(next) => setMonth(next)}
        minDate={today}
        maxLevel="month"
        locale={i18n.language}
        excludeDate={(date) => !days.has(date)}
        ariaLabels={{ previousMonth: t('picker.before'), nextMonth: t('picker.after') }}
        aria-label={t('picker.day')}
      />
      <Stack gap="xs" className={classes.times} aria-busy={isPlaceholderData || undefined}>
        {error && !data && (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        )}
        {!data && !error && <LoadingLines lines={6} height={28} />}
        {data && times.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('picker.none')}
          </Text>
        )}
        {day && times.length > 0 && (
          <>
            <Text size="sm" fw={500}>
              {t('picker.on', { day: momentIn(zone, times[0]?.starts_at ?? '').split(',')[0] })}
            </Text>
            <Group gap="xs" role="radiogroup" aria-label={t('picker.time')}>
              {times.map(({ starts_at: start }) => (
                <Button
                  key={start}
                  role="radio"
                  aria-checked={value === start}
                  size="compact-md"
                  fz="sm"
                  fw={500}
                  miw={72}
                  variant={value === start ? 'filled' : 'default'}
                  onClick={() => onChange(start)}
                >
                  {timeIn(zone, start)}
                </Button>
              ))}
            </Group>
          </>
        )}
      </Stack>
    </div>
  );
}
