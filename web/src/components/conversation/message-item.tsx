import { Badge, Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes, formatDateTime, formatTime } from '@/app/format';
import {
  IconAlertTriangle,
  IconCalendar,
  IconLock,
  IconPaperclip,
  IconSparkles,
} from '@/app/icons';
import { Masked } from '../masked';
import classes from './conversation.module.css';
import {
  citationsOf,
  filesOf,
  quickRepliesOf,
  type SaidMessage,
  slotsOf,
  wordsOf,
  zoneOf,
} from './message';
import { SourceChip } from './source-chip';
import { timeIn } from './time-in';

interface MessageItemProps {
  message: SaidMessage;
  /** Who said it. */
  name: string;
  state?: 'sending' | 'failed';
  /** Below the text: delivery, judgement, Retry. */
  below?: ReactNode;
}

/** One message or note, with what came with it. */
export function MessageItem({ message, name, state, below }: MessageItemProps) {
  const { t } = useTranslation('conversation');
  const { author, kind, text, data, created_at: at } = message;
  const slots = slotsOf(data);
  const zone = zoneOf(data);
  const files = filesOf(message);
  // The text of a file's message is its name, which the file shows.
  const isFile = files.some((file) => file.name === text);
  const sources = citationsOf(data);
  const choices = quickRepliesOf(data);
  return (
    <li
      className={classes.message}
      data-author={author}
      data-kind={kind}
      data-sending={state === 'sending' || undefined}
      data-failed={state === 'failed' || undefined}
    >
      <div className={classes.by}>
        <Text component="span" size="xs" fw={500} c="var(--mantine-color-text)">
          {name}
        </Text>
        {author === 'agent' && (
          <Badge size="sm" color="violet" leftSection={<IconSparkles size={11} aria-hidden />}>
            {t('ai')}
          </Badge>
        )}
        {kind === 'note' && (
          <Badge size="sm" color="yellow" leftSection={<IconLock size={11} aria-hidden />}>
            {t('note')}
          </Badge>
        )}
        {at && (
          <time dateTime={at} title={formatDateTime(at)} className="tw-number">
            {formatTime(at)}
          </time>
        )}
      </div>
      {text && !isFile && (
        <div className={classes.bubble} dir="auto">
          <Masked value={wordsOf(message)} />
        </div>
      )}
      {slots.length > 0 && (
        <div className={classes.card}>
          <Group gap={6}>
            <IconCalendar size={14} aria-hidden />
            <Text size="xs" fw={500}>
              {t(zone ? 'slotsIn' : 'slots', { zone })}
            </Text>
          </Group>
          <div className={classes.chips}>
            {slots.map((slot) => (
              <span key={slot} className={classes.chip}>
                {timeIn(zone, slot)}
              </span>
            ))}
          </div>
        </div>
      )}
      {choices.length > 0 && (
        <div className={classes.chips}>
          <span className="tw-hidden">{t('choices')}</span>
          {choices.map((choice) => (
            <span key={choice} className={classes.chip}>
              {choice}
            </span>
          ))}
        </div>
      )}
      {files.map((file) => (
        <div key={file.id} className={classes.card}>
          <Group gap={6} wrap="nowrap">
            {file.scan === 'clean' ? (
              <IconPaperclip size={14} aria-hidden />
            ) : (
              <IconAlertTriangle size={14} aria-hidden />
            )}
            {file.scan === 'clean' && file.url ? (
              <a href={file.url} download={file.name} className="tw-truncate">
                {file.name}
              </a>
            ) : (
              <Text size="sm" className="tw-truncate">
                {file.name}
              </Text>
            )}
            <Text size="xs" c="dimmed" className="tw-number">
              {file.scan === 'clean' ? formatBytes(file.size_bytes) : t('refusedFile')}
            </Text>
          </Group>
        </div>
      ))}
      {sources.length > 0 && (
        <ul className={classes.sources} aria-label={t('sources')}>
          {sources.map((source) => (
            <li key={source.number}>
              <SourceChip source={source} />
            </li>
          ))}
        </ul>
      )}
      {below && <div className={classes.below}>{below}</div>}
    </li>
  );
}
