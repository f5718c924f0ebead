import { ActionIcon, Badge, Button, Card, Group, Text, Textarea, Title } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { IconAlertTriangle, IconRefresh, IconSend } from '@/app/icons';
import { toastError } from '@/components/toasts';
import { type Draft, definitionOf, type Language } from './draft';
import classes from './flows.module.css';
import { LanguageSelect } from './language-select';
import { FLOWS, type Tried } from './queries';
import { STATE_COLOURS } from './state-colours';

interface Line {
  author: 'visitor' | 'agent';
  text: string;
  /** What was read in a message of the visitor. */
  read?: Tried;
}

interface TryPaneProps {
  flowId: string;
  /** As it stands in the editor, saved or not. */
  draft: Draft;
  dirty: boolean;
}

const said = ({ question, message }: Tried) => question?.text ?? message ?? '';

/** A conversation with the draft: what each message says, what is asked next, and how it comes out. */
export function TryPane({ flowId, draft, dirty }: TryPaneProps) {
  const { t } = useTranslation('flows');
  const [lines, setLines] = useState<Line[]>([]);
  const [text, setText] = useState('');
  const [language, setLanguage] = useState<Language>(draft.language);
  const [busy, setBusy] = useState(false);
  const log = useRef<HTMLElement>(null);
  const last = lines.findLast(({ read }) => read)?.read;
  const count = lines.length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolled when something was said
  useEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [count]);
  const send = async (message: string | null, before: Tried | undefined) => {
    setBusy(true);
    try {
      const read = await request<Tried>('post', `${FLOWS}/${flowId}/try`, {
        body: {
          message,
          language,
          time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          asked: before?.question?.key ?? null,
          answers: before?.answers ?? [],
          attempts: before?.attempts ?? {},
          definition: dirty ? definitionOf(draft) : null,
        },
      });
      const answer: Line = { author: 'agent', text: said(read) || t('try.over') };
      setLines(
        message === null
          ? [{ ...answer, read }]
          : [...lines, { author: 'visitor', text: message, read }, answer],
      );
      setText('');
    } catch (reason) {
      toastError(t('try.failed'), reason);
    }
    setBusy(false);
  };
  const submit = () => {
    const message = text.trim();
    if (message && !busy) void send(message, last);
  };
  return (
    <Card component="section" aria-label={t('try.title')} className={classes.pane}>
      <div className={classes.paneHead}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h3">
            {t('try.title')}
          </Title>
          <LanguageSelect
            label={t('try.language')}
            value={language}
            onChange={(value) => {
              setLanguage(value);
              setLines([]);
            }}
          />
        </Group>
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {t(dirty ? 'try.unsaved' : 'try.text')}
          </Text>
          {count > 0 && (
            <Button
              variant="subtle"
              size="compact-xs"
              leftSection={<IconRefresh size={14} />}
              onClick={() => setLines([])}
            >
              {t('try.again')}
            </Button>
          )}
        </Group>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */}
      <section ref={log} className={classes.log} aria-label={t('try.log')} tabIndex={0}>
        {count === 0 ? (
          <div className={classes.start}>
            <Text size="sm" c="dimmed">
              {t('try.empty')}
            </Text>
            <Button
              variant="default"
              loading={busy}
              disabled={draft.questions.length === 0}
              onClick={() => void send(null, undefined)}
            >
              {t('try.start')}
            </Button>
          </div>
        ) : (
          <ol className={classes.lines} aria-live="polite">
            {lines.map((line, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines are only added
              <li key={index} className={classes.line} data-author={line.author}>
                <div className={classes.bubble} dir="auto">
                  <span className="tw-hidden">{t(`try.${line.author}`)}: </span>
                  {line.text}
                </div>
                {line.author === 'visitor' && line.read && <WasRead tried={line.read} />}
              </li>
            ))}
          </ol>
        )}
      </section>
      {last && (
        <>
          {last.question && last.question.quick_replies.length > 0 && (
            <div className={classes.replies}>
              {last.question.quick_replies.map((reply) => (
                <Button
                  key={reply}
                  variant="default"
                  size="compact-sm"
                  disabled={busy}
                  onClick={() => void send(reply, last)}
                >
                  {reply}
                </Button>
              ))}
            </div>
          )}
          <Standing tried={last} />
          <div className={classes.paneFoot}>
            <Textarea
              className={classes.grow}
              aria-label={t('try.message')}
              placeholder={t('try.placeholder')}
              autosize
              maxRows={4}
              maxLength={2_000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing)
                  return;
                event.preventDefault();
                event.stopPropagation();
                submit();
              }}
            />
            <ActionIcon
              variant="filled"
              color="blue"
              size={36}
              loading={busy}
              disabled={text.trim() === ''}
              aria-label={t('try.send')}
              onClick={submit}
            >
              <IconSend size={16} />
            </ActionIcon>
          </div>
        </>
      )}
    </Card>
  );
}

/** What was taken from a message, in its own words. */
function WasRead({ tried }: { tried: Tried }) {
  const { t } = useTranslation('flows');
  const labels = new Map(tried.answers.map(({ question_key, label }) => [question_key, label]));
  return (
    <ul className={classes.read} aria-label={t('try.read')}>
      {tried.captures.map((one) => (
        <li key={one.question_key}>
          {labels.get(one.question_key) ?? one.question_key}:{' '}
          <strong>{one.state === 'refused' ? t('answer.refused') : one.shown}</strong>
          {one.state !== 'stated' && one.state !== 'refused' && ` (${t(`answer.${one.state}`)})`}
        </li>
      ))}
      {tried.unusable.map((one) => (
        <li key={one.question_key}>{one.reason}</li>
      ))}
      {tried.captures.length + tried.unusable.length === 0 && <li>{t('try.nothing')}</li>}
      {tried.urgency !== 'none' && (
        <li>
          <IconAlertTriangle size={12} aria-hidden /> {t(`urgency.${tried.urgency}`)}:{' '}
          {tried.urgency_why}
        </li>
      )}
    </ul>
  );
}

/** Score, state and reasons so far. */
function Standing({ tried }: { tried: Tried }) {
  const { t } = useTranslation('flows');
  return (
    <div className={classes.standing} role="status">
      <Group gap="xs">
        <Badge color={STATE_COLOURS[tried.state]}>{t(`run.${tried.state}`)}</Badge>
        {tried.outcome && (
          <Text size="sm" fw={500}>
            {tried.outcome}
          </Text>
        )}
        {tried.score !== null && (
          <Text size="sm" className="tw-number">
            {t('score.of', { score: tried.score })}
          </Text>
        )}
        {tried.next_step !== 'none' && (
          <Text size="xs" c="dimmed">
            → {t(`step.${tried.next_step}`)}
          </Text>
        )}
      </Group>
      {tried.reasons.length > 0 && (
        <details>
          <summary>{t('try.reasons')}</summary>
          <ul>
            {tried.reasons.map(({ text, points }) => (
              <li key={text}>
                {text}
                {points !== null && (
                  <span className="tw-number">
                    {' '}
                    ({points > 0 ? '+' : ''}
                    {points})
                  </span>
                )}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
