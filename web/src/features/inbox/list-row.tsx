import { Avatar, Checkbox } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import clsx from 'clsx';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, initials } from '@/app/format';
import {
  IconFlag,
  IconMail,
  IconMessage,
  IconPhone,
  IconRobot,
  IconShare,
  IconUser,
} from '@/app/icons';
import { Masked } from '@/components/masked';
import classes from './inbox.module.css';
import { PromiseWords } from './promise-words';
import type { Row } from './queries';
import type { InboxSearch } from './search';
import { shortTime } from './times';
import { visitorName } from './who';

const CHANNEL_ICONS: Record<string, typeof IconMessage> = {
  chat: IconMessage,
  email: IconMail,
  call: IconPhone,
  social: IconShare,
};

interface ListRowProps {
  conversation: Row;
  search: InboxSearch;
  open: boolean;
  picked: boolean;
  assignee: string;
  now: number;
  onPick: ((id: string, range: boolean) => void) | undefined;
}

/** One conversation of the list. */
export const ListRow = memo(function ListRow(props: ListRowProps) {
  const { conversation, search, open, picked, assignee, now, onPick } = props;
  const { t } = useTranslation('inbox');
  const { id, channel, preview, subject, state, urgent, unread } = conversation;
  const name = visitorName(conversation, t);
  const ChannelIcon = CHANNEL_ICONS[channel] ?? IconMessage;
  return (
    <li
      className={classes.row}
      data-conversation={id}
      data-open={open || undefined}
      data-picked={picked || undefined}
      data-unread={unread || undefined}
    >
      <div className={classes.face}>
        <Avatar size={32} color="blue" className={classes.avatar} aria-hidden>
          {conversation.lead?.name ? initials(name) : <IconUser size={16} />}
        </Avatar>
        {onPick && (
          <Checkbox
            className={classes.pick}
            aria-label={t('pick', { name })}
            checked={picked}
            onClick={(event) => onPick(id, event.shiftKey)}
            onChange={() => undefined}
          />
        )}
      </div>
      <div>
        <Link
          to="/inbox"
          search={{ ...search, conversation: id }}
          className={classes.link}
          aria-current={open ? 'true' : undefined}
        >
          <span className={classes.line}>
            <span className={clsx(classes.name, 'tw-truncate')} title={name}>
              <Masked value={name} />
            </span>
            <time
              className={classes.time}
              dateTime={conversation.last_message_at}
              title={formatDateTime(conversation.last_message_at)}
            >
              {shortTime(conversation.last_message_at, now)}
            </time>
            {unread && <span className={classes.unread} role="img" aria-label={t('unread')} />}
          </span>
          <span className={clsx(classes.snippet, 'tw-truncate')} style={{ display: 'block' }}>
            {subject && channel === 'email'
              ? `${subject} · ${preview}`
              : preview || t('nothingYet')}
          </span>
        </Link>
        <div className={clsx(classes.line, classes.facts)}>
          <ChannelIcon size={14} role="img" aria-label={t(`channel.${channel}`)} />
          {urgent && (
            <span className={classes.urgent}>
              <IconFlag size={14} aria-hidden />
              {t('urgent')}
            </span>
          )}
          <PromiseWords conversation={conversation} now={now} />
          {state === 'agent' && (
            <span className={classes.line}>
              <IconRobot size={14} aria-hidden />
              {t('state.agent')}
            </span>
          )}
          {state === 'snoozed' && conversation.snoozed_until && (
            <span>
              {t('state.snoozedUntil', { until: formatDateTime(conversation.snoozed_until) })}
            </span>
          )}
          {state === 'closed' && <span>{t(`outcome.${conversation.outcome ?? 'none'}`)}</span>}
          {assignee && (
            <span className={clsx(classes.line, classes.assignee)} title={assignee}>
              <IconUser size={14} aria-hidden />
              <span className="tw-truncate">{assignee}</span>
            </span>
          )}
        </div>
      </div>
    </li>
  );
});
