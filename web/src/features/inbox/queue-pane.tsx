import { Menu, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import type { Icon } from '@/app/icon-type';
import {
  IconAlarmSnooze,
  IconAt,
  IconChevronDown,
  IconCircleCheck,
  IconClock,
  IconFlag,
  IconInbox,
  IconListDetails,
  IconMail,
  IconMessage,
  IconPhone,
  IconRobot,
  IconShare,
  IconUser,
} from '@/app/icons';
import classes from './inbox.module.css';
import { type Counts, countsQuery, queuesQuery } from './queries';
import { CHANNELS, type Channel, type InboxSearch, VIEWS, type View } from './search';

const VIEW_ICONS: Record<View, Icon> = {
  mine: IconUser,
  unassigned: IconInbox,
  waiting: IconClock,
  mentions: IconAt,
  agent: IconRobot,
  all: IconListDetails,
  snoozed: IconAlarmSnooze,
  closed: IconCircleCheck,
};
const CHANNEL_ICONS: Record<Channel, Icon> = {
  chat: IconMessage,
  email: IconMail,
  call: IconPhone,
  social: IconShare,
};

export interface Entry {
  key: string;
  label: string;
  icon: Icon;
  search: InboxSearch;
  current: boolean;
  count: number | undefined;
  alert?: boolean;
}

const COUNTED: Partial<Record<View, (counts: Counts) => number>> = {
  mine: (counts) => counts.mine,
  unassigned: (counts) => counts.unassigned,
  waiting: (counts) => counts.waiting,
  mentions: (counts) => counts.mentions,
  agent: (counts) => counts.with_agent,
  snoozed: (counts) => counts.snoozed,
};
const countOf = (counts: Counts | undefined, view: View) => counts && COUNTED[view]?.(counts);

/** The queues with what is in them, in groups. */
export function useEntries(search: InboxSearch, view: View) {
  const { t } = useTranslation('inbox');
  const counts: Counts | undefined = useQuery(countsQuery()).data;
  const queues = useQuery(queuesQuery()).data ?? [];
  const narrowed = search.channel ?? search.queue ?? (search.urgent ? 'urgent' : undefined);
  const views = VIEWS.map(
    (value): Entry => ({
      key: value,
      label: t(`view.${value}`),
      icon: VIEW_ICONS[value],
      search: { view: value },
      current: narrowed === undefined && view === value,
      count: countOf(counts, value),
      alert: value === 'waiting' && (counts?.overdue ?? 0) > 0,
    }),
  );
  const urgent: Entry = {
    key: 'urgent',
    label: t('view.urgent'),
    icon: IconFlag,
    search: { view: 'all', urgent: true },
    current: search.urgent === true,
    count: counts?.urgent,
    alert: (counts?.urgent ?? 0) > 0,
  };
  const channels = CHANNELS.map(
    (channel): Entry => ({
      key: channel,
      label: t(`channel.${channel}`),
      icon: CHANNEL_ICONS[channel],
      search: { view: 'all', channel },
      current: search.channel === channel,
      count: counts?.channels[channel],
    }),
  ).filter(({ count, current }) => current || (count ?? 0) > 0);
  const byQueue = queues.map(
    (queue): Entry => ({
      key: queue.id,
      label: queue.name,
      icon: IconInbox,
      search: { view: 'all', queue: queue.id },
      current: search.queue === queue.id,
      count: counts?.queues.find(({ queue_id }) => queue_id === queue.id)?.open,
    }),
  );
  const [first, last] = [views.slice(0, 6), views.slice(6)];
  return [
    { key: 'views', title: undefined, entries: [...first, urgent] },
    { key: 'queues', title: t('group.queues'), entries: byQueue },
    { key: 'channels', title: t('group.channels'), entries: channels },
    { key: 'later', title: t('group.later'), entries: last },
  ].filter(({ entries }) => entries.length > 0);
}

function Count({ entry }: { entry: Entry }) {
  if (!entry.count) return null;
  return (
    <span className={classes.count} data-alert={entry.alert || undefined}>
      {formatNumber(entry.count)}
    </span>
  );
}

/** The queues as a column. */
export function QueuePane({ search, view }: { search: InboxSearch; view: View }) {
  const { t } = useTranslation('inbox');
  const groups = useEntries(search, view);
  return (
    <nav className={classes.queues} aria-label={t('queues')}>
      {groups.map(({ key, title, entries }) => (
        <div key={key}>
          {title && <div className={classes.group}>{title}</div>}
          {entries.map((entry) => (
            <Link
              key={entry.key}
              to="/inbox"
              search={entry.search}
              className={classes.queue}
              aria-current={entry.current ? 'page' : undefined}
            >
              <entry.icon size={16} aria-hidden />
              <span className="tw-truncate" title={entry.label}>
                {entry.label}
              </span>
              <Count entry={entry} />
            </Link>
          ))}
        </div>
      ))}
    </nav>
  );
}

/** The queues as a menu, where there is no room for a column. */
export function QueueMenu({ search, view }: { search: InboxSearch; view: View }) {
  const { t } = useTranslation('inbox');
  const groups = useEntries(search, view);
  const current = groups.flatMap(({ entries }) => entries).find((entry) => entry.current);
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton className={classes.chosen}>
          <span className="tw-truncate">{current?.label ?? t('view.all')}</span>
          <IconChevronDown size={16} aria-hidden />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {groups.map(({ key, title, entries }) => (
          <div key={key}>
            {title && <Menu.Label>{title}</Menu.Label>}
            {entries.map((entry) => (
              <Menu.Item
                key={entry.key}
                renderRoot={(props) => <Link to="/inbox" search={entry.search} {...props} />}
                leftSection={<entry.icon size={16} />}
                rightSection={<Count entry={entry} />}
                aria-current={entry.current ? 'page' : undefined}
              >
                {entry.label}
              </Menu.Item>
            ))}
          </div>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
