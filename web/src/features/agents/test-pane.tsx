import { ActionIcon, Alert, Button, Card, Group, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { IconRefresh, IconRobot, IconSend } from '@/app/icons';
import { useMay } from '@/app/permissions';
import conversation from '@/components/conversation/conversation.module.css';
import { MessageItem } from '@/components/conversation/message-item';
import { turnsByMessage } from '@/components/conversation/turn';
import { TurnView } from '@/components/conversation/turn-view';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { toastError } from '@/components/toasts';
import classes from './agents.module.css';
import {
  AGENTS,
  type Agent,
  hasAnswer,
  type TestConversation,
  trialQuery,
  trialTurnsQuery,
} from './queries';

interface LogProps {
  agent: Agent;
  trial: TestConversation;
  /** The message that an answer is awaited to. */
  waitsFor: number;
}

function Log({ agent, trial: { conversation_id: id }, waitsFor }: LogProps) {
  const { t } = useTranslation('agents');
  const end = useRef<HTMLDivElement>(null);
  const trial = useQuery(trialQuery(id, waitsFor));
  const messages = trial.data;
  const answered = hasAnswer(messages, waitsFor);
  const turns = useQuery(trialTurnsQuery(id, messages?.at(-1)?.sequence ?? 0)).data?.items ?? [];
  const byMessage = turnsByMessage(turns);
  const count = messages?.length ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolled when something was said
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [count, turns.length]);
  if (trial.error && !messages) {
    return <ErrorState error={trial.error} compact onRetry={() => void trial.refetch()} />;
  }
  if (!messages) return <LoadingLines lines={4} />;
  return (
    <>
      <ol className={conversation.messages}>
        {messages.map((message) => {
          const turn = byMessage.get(message.sequence);
          return (
            <Fragment key={message.id}>
              {message.kind === 'event' ? (
                <li className={conversation.event}>{message.text}</li>
              ) : (
                <MessageItem
                  message={message}
                  name={message.author === 'visitor' ? t('test.visitor') : agent.name}
                />
              )}
              {turn && (
                <li className={classes.turn}>
                  <TurnView turn={turn} />
                </li>
              )}
            </Fragment>
          );
        })}
        {waitsFor > 0 && !answered && (
          <li className={classes.waiting} role="status">
            {t('test.thinking')}
          </li>
        )}
      </ol>
      <div ref={end} />
    </>
  );
}

/** A conversation with the saved draft: what it says, what it did, and why. */
export function TestPane({ agent, unsaved }: { agent: Agent; unsaved: boolean }) {
  const { t } = useTranslation('agents');
  const mayTry = useMay('agents:write');
  const [trial, setTrial] = useState<TestConversation>();
  const id = trial?.conversation_id;
  const [text, setText] = useState('');
  const [waitsFor, setWaitsFor] = useState(0);
  const [busy, setBusy] = useState(false);
  const path = `${AGENTS}/${agent.id}/test-conversations`;
  const start = async () => {
    setBusy(true);
    try {
      setTrial(await request<TestConversation>('post', path, { body: {} }));
      setWaitsFor(0);
    } catch (reason) {
      toastError(t('test.notStarted'), reason);
    }
    setBusy(false);
  };
  const send = async () => {
    const said = text.trim();
    if (!id || !said || busy) return;
    setBusy(true);
    try {
      const sent = await request<{ sequence: number }>('post', `${path}/${id}/messages`, {
        body: { text: said },
      });
      setText('');
      setWaitsFor(sent.sequence);
    } catch (reason) {
      toastError(t('test.failed'), reason);
    }
    setBusy(false);
  };
  return (
    <Card component="section" aria-label={t('test.title')} className={classes.pane}>
      <div className={classes.paneHead}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h3">
            {t('test.title')}
          </Title>
          {id && (
            <Button
              variant="subtle"
              size="compact-sm"
              leftSection={<IconRefresh size={14} />}
              onClick={() => void start()}
            >
              {t('test.restart')}
            </Button>
          )}
        </Group>
        <Text size="xs" c="dimmed">
          {t('test.draft')}
        </Text>
      </div>
      {unsaved && id && (
        <Alert color="yellow" radius={0} py="xs">
          {t('test.unsaved')}
        </Alert>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section className={classes.log} aria-label={t('test.log')} tabIndex={0}>
        {trial ? (
          <Log key={trial.conversation_id} agent={agent} trial={trial} waitsFor={waitsFor} />
        ) : (
          <EmptyState
            compact
            icon={IconRobot}
            title={t('test.emptyTitle', { name: agent.name })}
            action={
              mayTry && (
                <Button variant="default" loading={busy} onClick={() => void start()}>
                  {t('test.start')}
                </Button>
              )
            }
          >
            {t('test.empty')}
          </EmptyState>
        )}
      </section>
      {id && (
        <div className={classes.paneFoot}>
          <Textarea
            className={classes.grow}
            aria-label={t('test.message')}
            placeholder={t('test.placeholder')}
            autosize
            maxRows={5}
            maxLength={10_000}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
              event.preventDefault();
              void send();
            }}
          />
          <ActionIcon
            variant="filled"
            color="blue"
            size={36}
            loading={busy}
            disabled={text.trim() === ''}
            aria-label={t('test.send')}
            onClick={() => void send()}
          >
            <IconSend size={16} />
          </ActionIcon>
        </div>
      )}
    </Card>
  );
}
