import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatSpan } from '@/app/format';
import { IconChevronLeft, IconChevronRight } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import classes from './campaigns.module.css';
import { daysAfter, mondayOf, today } from './moments';
import type { Bar } from './queries';
import { barsQuery } from './results/queries';
import { StateBadge } from './state-badge';

const route = getRouteApi('/_app/campaigns/');
const WEEKS = 5;
const DAYS = WEEKS * 7;

interface Volume {
  sent: number;
  planned: number;
}

/** Messages by day, over all channels. */
function byDay(volume: Bar['volume']): Map<string, Volume> {
  const days = new Map<string, Volume>();
  for (const { day, sent, planned } of volume) {
    const known = days.get(day) ?? { sent: 0, planned: 0 };
    days.set(day, { sent: known.sent + sent, planned: known.planned + planned });
  }
  return days;
}

const weekday = (day: string) => new Date(`${day}T00:00:00Z`).getUTCDay();
const dayOfMonth = (day: string) => Number(day.slice(8));

function Cell({
  day,
  volume,
  runs,
  most,
}: {
  day: string;
  volume: Volume | undefined;
  runs: boolean;
  most: number;
}) {
  const { t } = useTranslation('campaigns');
  const sum = volume ? volume.sent + volume.planned : 0;
  const told =
    volume && sum > 0
      ? t('bars.day', {
          day: formatDate(day),
          sent: formatNumber(volume.sent),
          planned: formatNumber(volume.planned),
        })
      : undefined;
  return (
    <td
      className={classes.day}
      data-runs={runs || undefined}
      data-weekend={weekday(day) % 6 === 0 || undefined}
      data-today={day === today() || undefined}
      title={told}
    >
      {volume && sum > 0 && (
        <>
          <span
            className={classes.volume}
            data-planned={volume.sent === 0 || undefined}
            style={{ blockSize: `${Math.max(12, (100 * sum) / most)}%` }}
            aria-hidden
          />
          <span className="tw-hidden">{told}</span>
        </>
      )}
    </td>
  );
}

function Row({ bar, days, most }: { bar: Bar; days: readonly string[]; most: number }) {
  const { t } = useTranslation('campaigns');
  const volume = byDay(bar.volume);
  const runs = (day: string) =>
    bar.starts_on !== null && day >= bar.starts_on && (bar.ends_on === null || day <= bar.ends_on);
  return (
    <tr>
      <th scope="row" className={classes.who}>
        <LinkAnchor
          to={`/campaigns/${bar.id}` as never}
          c="inherit"
          fw={500}
          className="tw-truncate"
          title={bar.name}
        >
          {bar.name}
        </LinkAnchor>
        <Group gap={4} wrap="nowrap">
          <StateBadge state={bar.state} />
          <Text size="xs" c="dimmed" className="tw-truncate">
            {bar.channels.map((channel) => t(`channel.${channel}`)).join(', ')}
          </Text>
        </Group>
      </th>
      {days.map((day) => (
        <Cell key={day} day={day} volume={volume.get(day)} runs={runs(day)} most={most} />
      ))}
    </tr>
  );
}

/** All campaigns on one calendar: when each runs, and how much leaves on which day. */
export function BarsTab({ from: asked }: { from: string | undefined }) {
  const { t } = useTranslation('campaigns');
  const navigate = route.useNavigate();
  const usual = daysAfter(mondayOf(today()), -14);
  const from = asked ?? usual;
  const days = Array.from({ length: DAYS }, (_, index) => daysAfter(from, index));
  const to = days[DAYS - 1] ?? from;
  const { data, error, refetch } = useQuery(barsQuery(from, to));
  // On narrow windows the weeks behind would fill the sight: today comes first.
  const scroll = useRef<HTMLElement>(null);
  useEffect(() => {
    const head = data && scroll.current?.querySelector<HTMLElement>('thead [data-today]');
    if (head && scroll.current)
      scroll.current.scrollLeft =
        head.offsetLeft - 3 * head.offsetWidth - scroll.current.offsetWidth / 2;
  }, [data]);
  const move = (next: string | undefined) =>
    void navigate({
      search: (old) => ({ ...old, from: next === usual ? undefined : next }),
      replace: true,
    });
  const all = byDay((data?.campaigns ?? []).flatMap(({ volume }) => volume));
  const most = Math.max(
    1,
    ...(data?.campaigns ?? []).flatMap(({ volume }) =>
      [...byDay(volume).values()].map(({ sent, planned }) => sent + planned),
    ),
  );
  const busiest = [...all].sort(([, a], [, b]) => b.sent + b.planned - (a.sent + a.planned))[0];
  return (
    <>
      <Group gap="xs">
        <ActionIcon
          variant="default"
          aria-label={t('bars.earlier')}
          onClick={() => move(daysAfter(from, -28))}
        >
          <IconChevronLeft size={16} />
        </ActionIcon>
        <Button variant="default" size="xs" onClick={() => move(undefined)}>
          {t('bars.today')}
        </Button>
        <ActionIcon
          variant="default"
          aria-label={t('bars.later')}
          onClick={() => move(daysAfter(from, 28))}
        >
          <IconChevronRight size={16} />
        </ActionIcon>
        <Text size="sm" fw={500} role="status">
          {formatSpan(from, to)}
        </Text>
      </Group>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} height={44} />}
      {data?.campaigns.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('bars.none')}
        </Text>
      )}
      {data && data.campaigns.length > 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
          <section ref={scroll} className={classes.bars} tabIndex={0} aria-label={t('bars.label')}>
            <table>
              <thead>
                <tr>
                  <th scope="col" className={classes.who}>
                    {t('bars.campaign')}
                  </th>
                  {days.map((day) => (
                    <th
                      key={day}
                      scope="col"
                      className={classes.head}
                      data-today={day === today() || undefined}
                      data-weekend={weekday(day) % 6 === 0 || undefined}
                    >
                      <span aria-hidden>{dayOfMonth(day)}</span>
                      <span className="tw-hidden">{formatDate(day)}</span>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {data.campaigns.map((bar) => (
                  <Row key={bar.id} bar={bar} days={days} most={most} />
                ))}
              </tbody>
            </table>
          </section>
          <Group gap="md">
            <Text size="xs" c="dimmed" className={classes.key}>
              <span data-kind="sent" aria-hidden /> {t('bars.sent')}
            </Text>
            <Text size="xs" c="dimmed" className={classes.key}>
              <span data-kind="planned" aria-hidden /> {t('bars.planned')}
            </Text>
            <Text size="xs" c="dimmed" className={classes.key}>
              <span data-kind="runs" aria-hidden /> {t('bars.runs')}
            </Text>
            {busiest && (
              <Text size="xs" c="dimmed">
                {t('bars.busiest', {
                  day: formatDate(busiest[0]),
                  shown: formatNumber(busiest[1].sent + busiest[1].planned),
                })}
              </Text>
            )}
          </Group>
        </>
      )}
    </>
  );
}
