import { Drawer, Group, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { applyPatch } from '@/api/optimistic';
import { invalidatePaths } from '@/api/query-client';
import { readerLanguage } from '@/app/format';
import { IconUsers } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useShortcuts } from '@/app/shortcuts';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { AssignDialog, CloseDialog, SnoozeDialog } from './action-dialogs';
import { Composer, type ComposerHandle } from './composer';
import { LeadPanel } from './lead-panel';
import { Messages } from './messages';
import { type Presence, useGrowingAnswer, usePresence, useVisitorTyping } from './presence';
import {
  CONVERSATIONS,
  type Conversation,
  conversationQuery,
  INBOX,
  messagesQuery,
} from './queries';
import type { InboxSearch } from './search';
import { TestDialog } from './test-dialog';
import classes from './thread.module.css';
import { ThreadHead } from './thread-head';
import { useActions } from './use-actions';
import { visitorName } from './who';
import { WhyDrawer } from './why-drawer';

export type Verb = 'assign' | 'snooze' | 'close' | 'test';

interface ThreadProps {
  search: InboxSearch;
  /** Whether the lead has a column of its own. */
  wide: boolean;
  /** The conversation left the list: on to the next. */
  onDone: () => void;
}

/** Marks as read what is seen, once for each new message. */
function useRead({ id, last_sequence: last, unread }: Conversation) {
  useEffect(() => {
    if (!unread) return;
    applyPatch(CONVERSATIONS, [id], { unread: false });
    void request('post', `${CONVERSATIONS}/${id}/read`, { body: { through: last } })
      .then(() => invalidatePaths(INBOX))
      // It only stays unread.
      .catch(() => undefined);
  }, [id, last, unread]);
}

function Collision({ looking, typing }: Presence) {
  const { t } = useTranslation('inbox');
  if (looking.length === 0) return null;
  const names = (people: readonly { name: string }[]) =>
    new Intl.ListFormat(readerLanguage()).format(people.map(({ name }) => name));
  return (
    <div className={classes.collision} role="status">
      <IconUsers size={16} aria-hidden />
      {typing.length > 0
        ? t('collision.typing', { names: names(typing), count: typing.length })
        : t('collision.looking', { names: names(looking), count: looking.length })}
    </div>
  );
}

function Thread({
  conversation,
  search,
  wide,
  onDone,
}: ThreadProps & { conversation: Conversation }) {
  const { t } = useTranslation('inbox');
  const mayWrite = useMay('conversations:write');
  const actions = useActions();
  const composer = useRef<ComposerHandle>(null);
  const [dialog, setDialog] = useState<Verb>();
  const [why, setWhy] = useState<number>();
  const [details, setDetails] = useState(false);
  const presence = usePresence(conversation.id);
  const typing = useVisitorTyping(conversation.id);
  useGrowingAnswer(conversation.id);
  const { data, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    messagesQuery(conversation.id),
  );
  const messages = data?.pages.toReversed().flat();
  const name = visitorName(conversation, t);
  const group = t('title');
  useRead(conversation);
  useShortcuts(
    mayWrite
      ? [
          {
            keys: 'r',
            label: t('keys.reply'),
            group,
            run: () => composer.current?.focus('message'),
          },
          { keys: 'n', label: t('keys.note'), group, run: () => composer.current?.focus('note') },
          { keys: 'a', label: t('keys.assign'), group, run: () => setDialog('assign') },
          {
            keys: 'e',
            label: t('keys.close'),
            group,
            run: () => conversation.state !== 'closed' && setDialog('close'),
          },
          ...['h', '#'].map((keys) => ({
            keys,
            label: t('keys.snooze'),
            group,
            run: () => conversation.state !== 'closed' && setDialog('snooze'),
          })),
          {
            keys: 't',
            label: t('keys.takeOver'),
            group,
            run: () => void actions.takeOver(conversation),
          },
        ]
      : [],
  );
  const close = () => setDialog(undefined);
  const finish = (done: Promise<unknown>) => {
    close();
    onDone();
    void done;
  };
  return (
    <>
      <section className={classes.thread} aria-label={t('with', { name })}>
        <ThreadHead
          conversation={conversation}
          search={search}
          actions={actions}
          mayWrite={mayWrite}
          onVerb={setDialog}
          onDetails={wide ? undefined : () => setDetails(true)}
        />
        <Collision {...presence} />
        {error && !messages ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : messages ? (
          <Messages
            conversation={conversation}
            messages={messages}
            hasOlder={hasNextPage}
            loadingOlder={isFetchingNextPage}
            onOlder={() => void fetchNextPage()}
            onWhy={setWhy}
          />
        ) : (
          <div className={classes.scroll}>
            <LoadingLines lines={8} height={32} />
          </div>
        )}
        <div className={classes.typing} role="status">
          {typing && t('visitorTypes', { name })}
        </div>
        {mayWrite ? (
          <Composer ref={composer} conversation={conversation} onTyping={presence.tellTyping} />
        ) : (
          <Group className={classes.composer}>
            <Text size="sm" c="dimmed">
              {t('readOnly')}
            </Text>
          </Group>
        )}
      </section>
      {wide && <LeadPanel conversation={conversation} />}
      <Drawer opened={details} onClose={() => setDetails(false)} size={360} title={t('details')}>
        {details && <LeadPanel conversation={conversation} bare />}
      </Drawer>
      <WhyDrawer conversation={conversation.id} sequence={why} onClose={() => setWhy(undefined)} />
      {dialog === 'assign' && (
        <AssignDialog
          of={name}
          onClose={close}
          onChoose={(to) => {
            close();
            void actions.assign(to, conversation);
          }}
        />
      )}
      {dialog === 'snooze' && (
        <SnoozeDialog
          of={name}
          onClose={close}
          onChoose={(until) => finish(actions.snooze(conversation, until))}
        />
      )}
      {dialog === 'close' && (
        <CloseDialog
          of={name}
          onClose={close}
          onChoose={(confirmed) => finish(actions.close(conversation, confirmed))}
        />
      )}
      {dialog === 'test' && <TestDialog conversation={conversation} onClose={close} />}
    </>
  );
}

/** One conversation: what was said, and what to do about it. */
export function ThreadPane({ id, ...props }: ThreadProps & { id: string }) {
  const { t } = useTranslation('inbox');
  const { data: conversation, error, refetch } = useQuery(conversationQuery(id));
  if (error && !conversation) {
    return (
      <div className={classes.thread}>
        {[404, 422].includes(toApiError(error).status) ? (
          <NotFoundState title={t('notFound')} to="/inbox" back={t('toInbox')} order={2} />
        ) : (
          <ErrorState error={error} onRetry={() => void refetch()} />
        )}
      </div>
    );
  }
  if (!conversation) {
    return (
      <div className={classes.thread}>
        <div className={classes.head} />
        <div className={classes.scroll}>
          <LoadingLines lines={8} height={32} />
        </div>
      </div>
    );
  }
  return <Thread key={id} conversation={conversation} {...props} />;
}
