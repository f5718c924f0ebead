import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useEffect, useLayoutEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { formatTime } from '@/app/format';
import { IconHelpCircle, IconRefresh } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import shared from '@/components/conversation/conversation.module.css';
import { DayLine } from '@/components/conversation/day-line';
import { beginsDay } from '@/components/conversation/days';
import { MessageItem } from '@/components/conversation/message-item';
import { turnsByMessage } from '@/components/conversation/turn';
import { eventWords } from './event-words';
import { Judge } from './judge';
import { deliver, discard, type Outgoing, useOutbox } from './outbox';
import { CONVERSATIONS, type Conversation, type Message, turnsQuery } from './queries';
import classes from './thread.module.css';
import { useAgentName } from './use-agent-name';
import { visitorName } from './who';

/** The visitor's message that the agent's message answers. */
function answeredBy(messages: readonly Message[], index: number): number | undefined {
  for (let at = index - 1; at >= 0; at -= 1) {
    if (messages[at]?.author === 'visitor') return messages[at]?.sequence;
  }
  return undefined;
}

/** The message with the addresses of its files. */
const withAddresses = (message: Message, conversation: string) => ({
  ...message,
  files: message.files.map((file) => ({
    ...file,
    url: `${CONVERSATIONS}/${conversation}/files/${file.id}/content`,
  })),
});

function Waiting({ item, name }: { item: Outgoing; name: string }) {
  const { t } = useTranslation('inbox');
  return (
    <MessageItem
      message={{
        id: item.key,
        author: 'member',
        kind: item.kind === 'note' ? 'note' : 'message',
        text: item.text,
        data: {},
        created_at: item.at,
      }}
      name={name}
      state={item.error ? 'failed' : 'sending'}
      below={
        item.error ? (
          <>
            <Text size="xs" c="var(--mantine-color-error)" role="alert">
              {t(item.error.offline ? 'failed.offline' : 'failed.refused', {
                reason: item.error.message,
              })}
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconRefresh size={12} />}
              onClick={() => void deliver(item)}
            >
              {t('failed.retry')}
            </Button>
            <Button
              size="compact-xs"
              variant="subtle"
              color="gray"
              onClick={() => discard(item.key)}
            >
              {t('failed.discard')}
            </Button>
          </>
        ) : (
          t('sending')
        )
      }
    />
  );
}

interface MessagesProps {
  conversation: Conversation;
  messages: readonly Message[];
  hasOlder: boolean;
  loadingOlder: boolean;
  onOlder: () => void;
  onWhy: (sequence: number) => void;
}

/** What was said, noted and done, by day, the newest at the foot; follows it while the reader is there. */
export function Messages(props: MessagesProps) {
  const { conversation, messages, hasOlder, loadingOlder, onOlder, onWhy } = props;
  const { t } = useTranslation('inbox');
  const me = useMe();
  const mayWrite = useMay('conversations:write');
  const seesFiles = useMay('leads:personal');
  const waiting = useOutbox((state) => state.items).filter(
    (item) => item.conversation === conversation.id,
  );
  const byAgent = messages.some(({ author }) => author === 'agent');
  const log = useQuery({ ...turnsQuery(conversation.id), enabled: byAgent }).data;
  const turns = turnsByMessage(log?.items ?? []);
  const scroll = useRef<HTMLElement>(null);
  const atEnd = useRef(true);
  const height = useRef(0);
  const first = messages[0]?.sequence;
  const last = messages.at(-1)?.sequence;
  const oldFirst = useRef(first);
  // Older messages come in above: what is being read stays where it is.
  useLayoutEffect(() => {
    const element = scroll.current;
    if (!element) return;
    if (oldFirst.current !== undefined && first !== oldFirst.current && !atEnd.current) {
      element.scrollTop += element.scrollHeight - height.current;
    }
    oldFirst.current = first;
    height.current = element.scrollHeight;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: followed when something was added at the end
  useEffect(() => {
    if (atEnd.current && scroll.current) scroll.current.scrollTop = scroll.current.scrollHeight;
  }, [last, waiting.length]);
  useEffect(() => {
    const element = scroll.current;
    const content = element?.firstElementChild;
    if (!element || !content) return;
    const observer = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    observer.observe(content);
    return () => observer.disconnect();
  }, []);
  const visitor = visitorName(conversation, t);
  const agent = useAgentName(conversation.agent_id);
  const nameOf = (message: Message) => {
    if (message.author === 'visitor') return visitor;
    if (message.author === 'agent') return agent;
    return message.member?.name ?? t('someone');
  };
  const lastOwn = messages.findLast(
    ({ author, kind }) => author !== 'visitor' && kind === 'message',
  );
  return (
    <section
      ref={scroll}
      className={classes.scroll}
      aria-label={t('thread')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
      tabIndex={0}
      onScroll={({ currentTarget: element }) => {
        atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 48;
      }}
    >
      <ol className={shared.messages} aria-live="polite">
        {hasOlder && (
          <li className={shared.event}>
            <Button size="compact-xs" variant="default" loading={loadingOlder} onClick={onOlder}>
              {t('older')}
            </Button>
          </li>
        )}
        {messages.map((message, index) => {
          const answered = message.author === 'agent' ? answeredBy(messages, index) : undefined;
          return (
            <Fragment key={message.id}>
              {beginsDay(message, messages[index - 1]) && <DayLine at={message.created_at} />}
              {message.kind === 'event' ? (
                <li className={shared.event}>
                  {eventWords(message, t)}{' '}
                  <time dateTime={message.created_at} className="tw-number">
                    {formatTime(message.created_at)}
                  </time>
                </li>
              ) : (
                <MessageItem
                  message={seesFiles ? withAddresses(message, conversation.id) : message}
                  name={nameOf(message)}
                  below={
                    message.author === 'agent' ? (
                      <>
                        {answered !== undefined && turns.has(answered) && (
                          <Button
                            size="compact-xs"
                            variant="subtle"
                            color="gray"
                            leftSection={<IconHelpCircle size={14} />}
                            onClick={() => onWhy(answered)}
                          >
                            {t('why.open')}
                          </Button>
                        )}
                        {mayWrite && <Judge message={message} conversation={conversation.id} />}
                        {message.id === lastOwn?.id && message.seen_at && t('seen')}
                      </>
                    ) : (
                      message.id === lastOwn?.id && message.seen_at && t('seen')
                    )
                  }
                />
              )}
            </Fragment>
          );
        })}
        {conversation.growing && (
          <MessageItem
            message={{
              id: 'growing',
              created_at: '',
              author: 'agent',
              kind: 'message',
              text: conversation.growing,
              data: {},
              files: [],
            }}
            name={agent}
            below={t('growing')}
          />
        )}
        {waiting.map((item) => (
          <Waiting key={item.key} item={item} name={me.user.name} />
        ))}
      </ol>
    </section>
  );
}
