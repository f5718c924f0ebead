import { ActionIcon, Button, Checkbox, Group, Popover, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { readerLanguage } from '@/app/format';
import { IconCopy } from '@/app/icons';
import classes from './hours.module.css';
import { RangesEditor } from './ranges-editor';
import { DAYS, minutesOf, nextRange, type Range, type Week } from './weekly';

const MONDAY = Date.UTC(2024, 0, 1);
const DAY_MS = 86_400_000;

/** Name of an ISO day in the reader's language. */
export function dayName(day: number, style: 'long' | 'short' = 'long'): string {
  const format = new Intl.DateTimeFormat(readerLanguage(), { weekday: style, timeZone: 'UTC' });
  return format.format(MONDAY + (day - 1) * DAY_MS);
}

function CopyDay({ day, onCopy }: { day: number; onCopy: (days: number[]) => void }) {
  const { t } = useTranslation('hours');
  const [opened, setOpened] = useState(false);
  const others = DAYS.filter((other) => other !== day);
  const weekdays = others.filter((other) => other < 6);
  const [chosen, setChosen] = useState<string[]>([]);
  const open = () => {
    setChosen(weekdays.map(String));
    setOpened(true);
  };
  const copy = () => {
    onCopy(chosen.map(Number));
    setOpened(false);
  };
  const label = t('copy.open', { day: dayName(day) });
  return (
    <Popover opened={opened} onChange={setOpened} trapFocus returnFocus position="bottom-end">
      <Popover.Target>
        <ActionIcon
          aria-label={label}
          title={label}
          onClick={opened ? () => setOpened(false) : open}
        >
          <IconCopy size={16} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Checkbox.Group
            label={t('copy.title', { day: dayName(day) })}
            value={chosen}
            onChange={setChosen}
          >
            <Stack gap="xs" mt="xs">
              {others.map((other) => (
                <Checkbox key={other} value={String(other)} label={dayName(other)} />
              ))}
            </Stack>
          </Checkbox.Group>
          <Group gap="xs" justify="space-between">
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => setChosen(others.map(String))}
            >
              {t('copy.all')}
            </Button>
            <Button size="compact-sm" disabled={chosen.length === 0} onClick={copy}>
              {t('copy.do')}
            </Button>
          </Group>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Bar({ ranges }: { ranges: readonly Range[] }) {
  return (
    <span className={classes.bar} aria-hidden>
      {ranges.map(({ start, end }) => {
        const from = minutesOf(start) / 14.4;
        return (
          <span
            key={`${start}-${end}`}
            style={{
              insetInlineStart: `${from}%`,
              width: `${Math.max(0, minutesOf(end) / 14.4 - from)}%`,
            }}
          />
        );
      })}
    </span>
  );
}

interface WeeklyHoursProps {
  week: Week;
  onChange: (week: Week) => void;
  readOnly: boolean;
}

/** Working hours of each day; a day can be switched off, copied and have breaks. */
export function WeeklyHours({ week, onChange, readOnly }: WeeklyHoursProps) {
  const { t } = useTranslation('hours');
  const put = (days: readonly number[], ranges: readonly Range[]) =>
    onChange(week.map((old, index) => (days.includes(index + 1) ? [...ranges] : old)));
  return (
    <Stack gap={0} component="ul" className={classes.days}>
      {DAYS.map((day) => {
        const ranges = week[day - 1] ?? [];
        return (
          <li key={day} className={classes.day}>
            <Switch
              label={dayName(day)}
              checked={ranges.length > 0}
              disabled={readOnly}
              className={classes.dayName}
              onChange={(event) =>
                put([day], event.currentTarget.checked ? [nextRange([]) as Range] : [])
              }
            />
            <div className={classes.ranges}>
              {ranges.length > 0 ? (
                <RangesEditor
                  of={dayName(day)}
                  ranges={ranges}
                  readOnly={readOnly}
                  onChange={(next) => put([day], next)}
                />
              ) : (
                <Text size="sm" c="dimmed" className={classes.closed}>
                  {t('closed')}
                </Text>
              )}
            </div>
            <Bar ranges={ranges} />
            {!readOnly && <CopyDay day={day} onCopy={(days) => put(days, ranges)} />}
          </li>
        );
      })}
    </Stack>
  );
}
