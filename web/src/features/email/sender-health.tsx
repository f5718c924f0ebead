import { Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import classes from './email.module.css';
import type { Sender } from './queries';

type Health = Sender['health'];

interface FigureProps {
  name: string;
  value: string;
  /** What the value means, or where it ends. */
  note: string;
  /** 0 to 1: how much of what is allowed is used; left out where nothing limits it. */
  used?: number | undefined;
  alarming?: boolean;
}

function Figure({ name, value, note, used, alarming = false }: FigureProps) {
  return (
    <Stack gap={4} component="li">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text size="sm" fw={600} className="tw-number">
        {value}
      </Text>
      {used !== undefined && (
        <Progress
          size={4}
          value={Math.min(1, used) * 100}
          color={alarming ? 'red' : 'blue'}
          aria-label={name}
        />
      )}
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Stack>
  );
}

const rate = (value: number) => formatPercent(value, 2);

/** How a sender fares: what it may still send, its warm-up, and how near its breaker is to stopping it. */
export function SenderHealth({ health }: { health: Health }) {
  const { t } = useTranslation('email');
  const { breaker, today, quota, warmup_day: day, warmup_days: days } = health;
  const counted = (part: number) =>
    breaker.sent === 0
      ? t('health.none')
      : t('health.counted', {
          rate: rate(part / breaker.sent),
          part: formatNumber(part),
          sent: formatNumber(breaker.sent),
        });
  const bound = (above: number, limit: number) =>
    above > 0
      ? t('health.bound', { above: rate(above), limit: rate(limit) })
      : t('health.stopsAt', { limit: rate(limit) });
  return (
    <ul className={classes.figures}>
      <Figure
        name={t('health.today')}
        value={
          quota === null
            ? formatNumber(today)
            : t('health.of', { part: formatNumber(today), all: formatNumber(quota) })
        }
        note={t(quota === null ? 'health.noLimit' : 'health.limit')}
        used={quota === null ? undefined : today / Math.max(1, quota)}
      />
      {day !== null && (
        <Figure
          name={t('health.warmup')}
          value={t('health.day', { day, days })}
          note={t('health.warmupText')}
          used={day / days}
        />
      )}
      <Figure
        name={t('health.bounces', { count: breaker.days })}
        value={counted(breaker.hard)}
        note={bound(breaker.hard_above, breaker.hard_limit)}
        used={breaker.hard_above / breaker.hard_limit}
        alarming={breaker.hard_above > breaker.hard_limit / 2}
      />
      <Figure
        name={t('health.complaints', { count: breaker.days })}
        value={counted(breaker.complaints)}
        note={bound(breaker.complaints_above, breaker.complaints_limit)}
        used={breaker.complaints_above / breaker.complaints_limit}
        alarming={breaker.complaints_above > breaker.complaints_limit / 2}
      />
    </ul>
  );
}
