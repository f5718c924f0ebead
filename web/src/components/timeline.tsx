import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatDateTime, formatTime } from '@/app/format';
import type { Icon } from '@/app/icon-type';
import classes from './timeline.module.css';

export interface TimelineItem {
  id: string;
  /** ISO time. */
  at: string;
  icon: Icon;
  title: ReactNode;
  body?: ReactNode;
  /** Who did it. */
  actor?: string | null | undefined;
}

function dayOf(at: string): string {
  return new Date(at).toDateString();
}

/** Events by day, newest first, in the order given. */
export function Timeline({ items, label }: { items: readonly TimelineItem[]; label: string }) {
  const { t } = useTranslation('components');
  const today = new Date().toDateString();
  const yesterday = new Date(Date.now() - 86_400_000).toDateString();
  const days: { day: string; items: TimelineItem[] }[] = [];
  for (const item of items) {
    const day = dayOf(item.at);
    const last = days[days.length - 1];
    if (last?.day === day) last.items.push(item);
    else days.push({ day, items: [item] });
  }
  const name = (day: string, at: string) => {
    if (day === today) return t('timeline.today');
    return day === yesterday ? t('timeline.yesterday') : formatDate(at);
  };
  return (
    <section aria-label={label} className={classes.timeline}>
      {days.map(({ day, items: list }) => (
        <div key={`${day}-${list[0]?.id}`}>
          <Text component="h3" size="xs" fw={500} c="dimmed" className={classes.day}>
            {name(day, list[0]?.at ?? '')}
          </Text>
          <ol>
            {list.map(({ id, at, icon: Picture, title, body, actor }) => (
              <li key={id}>
                <span className={classes.icon} aria-hidden>
                  <Picture size={14} stroke={1.75} />
                </span>
                <div className={classes.text}>
                  <Text size="sm" component="div">
                    {title}
                  </Text>
                  {body && (
                    <Text size="sm" c="dimmed" component="div" className={classes.body}>
                      {body}
                    </Text>
                  )}
                </div>
                <Text size="xs" c="dimmed" className={classes.meta}>
                  {actor && <span className="tw-truncate">{actor}</span>}
                  <time dateTime={at} title={formatDateTime(at)}>
                    {formatTime(at)}
                  </time>
                </Text>
              </li>
            ))}
          </ol>
        </div>
      ))}
    </section>
  );
}
