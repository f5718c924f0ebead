import { ActionIcon, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { DatePicker } from '@mantine/dates';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import '@mantine/dates/styles.css';
import { readerLanguage } from '@/app/format';
import { i18n } from '@/app/i18n';
import { IconTrash } from '@/app/icons';
import { dayIn } from '@/components/booking/zoned';
import { SettingsCard } from '@/components/settings-card';
import classes from './hours.module.css';
import { RangesEditor } from './ranges-editor';
import { problemOf, type Range } from './weekly';

export interface Override {
  date: string;
  /** Empty: closed all day. */
  ranges: Range[];
}

interface SpecialDaysProps {
  overrides: readonly Override[];
  /** Day → name of the holiday. */
  holidays: ReadonlyMap<string, string>;
  timeZone: string;
  readOnly: boolean;
  onChange: (overrides: Override[]) => void;
}

/** "Thu, 24 Dec 2026" */
export function dayText(day: string): string {
  const format = new Intl.DateTimeFormat(readerLanguage(), {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}

const DEFAULT: Range[] = [{ start: '09:00', end: '12:00' }];

function Chosen({
  days,
  onApply,
  onCancel,
}: {
  days: readonly string[];
  onApply: (ranges: Range[]) => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation('hours');
  const [ranges, setRanges] = useState<Range[]>();
  const of = days.length === 1 ? dayText(days[0] ?? '') : t('special.days', { count: days.length });
  return (
    <Stack gap="xs" role="group" aria-label={of}>
      <Text size="sm" fw={500}>
        {of}
      </Text>
      {ranges ? (
        <>
          <RangesEditor of={of} ranges={ranges} onChange={setRanges} />
          <Group gap="xs">
            <Button
              size="compact-sm"
              disabled={ranges.length === 0 || problemOf(ranges) !== undefined}
              onClick={() => onApply(ranges)}
            >
              {t('special.apply')}
            </Button>
            <Button size="compact-sm" variant="default" onClick={() => setRanges(undefined)}>
              {t('cancel')}
            </Button>
          </Group>
        </>
      ) : (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => onApply([])}>
            {t('special.close')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setRanges(DEFAULT)}>
            {t('special.hours')}
          </Button>
          <Button size="compact-sm" variant="subtle" color="gray" onClick={onCancel}>
            {t('special.none')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Days that are unlike their weekday: closed, or with hours of their own. */
export function SpecialDays(props: SpecialDaysProps) {
  const { overrides, holidays, timeZone, readOnly, onChange } = props;
  const { t } = useTranslation('hours');
  const [days, setDays] = useState<string[]>([]);
  const today = dayIn(timeZone, new Date());
  const byDay = new Map(overrides.map((override) => [override.date, override]));
  const apply = (ranges: Range[]) => {
    const kept = overrides.filter(({ date }) => !days.includes(date));
    const added = days.map((date) => ({ date, ranges }));
    onChange([...kept, ...added].sort((one, other) => one.date.localeCompare(other.date)));
    setDays([]);
  };
  const upcoming = overrides.filter(({ date }) => date >= today);
  return (
    <SettingsCard title={t('special.title')} description={t('special.text')}>
      <div className={classes.calendar}>
        <DatePicker
          type="multiple"
          value={days}
          onChange={setDays}
          minDate={today}
          locale={i18n.language}
          ariaLabels={{ previousMonth: t('special.before'), nextMonth: t('special.after') }}
          aria-label={t('special.calendar')}
          getDayProps={(day) => {
            const override = byDay.get(day);
            const holiday = holidays.get(day);
            if (!override && !holiday) return {};
            const words = override
              ? override.ranges.map(({ start, end }) => `${start}–${end}`).join(', ') || t('closed')
              : holiday;
            return {
              title: words,
              'aria-label': `${dayText(day)}: ${words}`,
              className: override ? classes.special : classes.holiday,
              'data-closed': override?.ranges.length === 0 || undefined,
            };
          }}
        />
        <Stack gap="sm">
          {!readOnly &&
            (days.length > 0 ? (
              <Chosen key={days.join()} days={days} onApply={apply} onCancel={() => setDays([])} />
            ) : (
              <Text size="sm" c="dimmed">
                {t('special.choose')}
              </Text>
            ))}
          {upcoming.length > 0 && (
            <ul className={classes.rows} aria-label={t('special.list')}>
              {upcoming.map(({ date, ranges }) => (
                <li key={date} className={classes.row}>
                  <div>
                    <Text size="sm">{dayText(date)}</Text>
                    <Text size="xs" c="dimmed" className="tw-number">
                      {ranges.map(({ start, end }) => `${start}–${end}`).join(', ')}
                    </Text>
                  </div>
                  <Group gap={4} wrap="nowrap">
                    {ranges.length === 0 && <Badge color="gray">{t('closed')}</Badge>}
                    {!readOnly && (
                      <ActionIcon
                        aria-label={t('special.remove', { day: dayText(date) })}
                        onClick={() => onChange(overrides.filter((one) => one.date !== date))}
                      >
                        <IconTrash size={16} />
                      </ActionIcon>
                    )}
                  </Group>
                </li>
              ))}
            </ul>
          )}
        </Stack>
      </div>
    </SettingsCard>
  );
}
