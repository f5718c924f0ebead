import { Badge, Button, Card, Collapse, Group, Loader, Stack, Text, Title } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent } from '@/app/format';
import { ErrorState } from '@/components/page-states';
import { AnswerText } from './answer-text';
import classes from './answers.module.css';
import { DocumentLink } from './document-link';
import { Judge } from './judge';
import { PassageList } from './passage-list';
import type { Answer } from './queries';
import type { Exchange } from './use-ask';
import type { Writing } from './write-dialog';

const COLOURS = {
  answered: 'green',
  refused: 'yellow',
  off_topic: 'gray',
  small_talk: 'gray',
} as const;
const SCOPES = { visitor: 'public', client: 'clients', colleague: 'internal' } as const;

/** Why a connected model wrote nothing. */
const FAILURES: ReadonlySet<string> = new Set([
  'ai.models_unavailable',
  'ai.budget_exhausted',
  'ai.prompt_too_long',
  'model_found_nothing',
  'nothing_supported',
]);
const bare = (code: string) => code.replace('ai.', '');

function Reasons({ answer }: { answer: Answer }) {
  const { t } = useTranslation('knowledge/answers');
  if (answer.outcome === 'small_talk') return null;
  if (answer.outcome === 'off_topic')
    return (
      <Text size="xs" c="dimmed">
        {t('answer.whyTopic')}
      </Text>
    );
  const shown = {
    shown: formatPercent(answer.answerable),
    threshold: formatPercent(answer.threshold),
  };
  return (
    <Stack gap={2}>
      <Text size="xs" c="dimmed">
        {t('answer.why', shown)}
      </Text>
      {answer.refused && (
        <Text size="xs" c="dimmed">
          {answer.passages.length === 0
            ? t('answer.whyNothing')
            : answer.answerable >= answer.threshold && t('answer.whyFit')}
        </Text>
      )}
      {!answer.refused && answer.answerable < answer.threshold && answer.by === 'local' && (
        <Text size="xs" c="dimmed">
          {t('answer.whyPair')}
        </Text>
      )}
      {answer.fallback && (
        <Text size="xs" c="dimmed">
          {t(
            FAILURES.has(answer.fallback)
              ? `answer.failure.${bare(answer.fallback)}`
              : 'answer.failure.other',
          )}{' '}
          {!answer.refused && t('answer.fallback')}
        </Text>
      )}
      {!answer.refused && answer.by === 'local' && !answer.fallback && (
        <Text size="xs" c="dimmed">
          {t('answer.noModel')}
        </Text>
      )}
    </Stack>
  );
}

function Dropped({ answer }: { answer: Answer }) {
  const { t } = useTranslation('knowledge/answers');
  if (answer.dropped.length === 0) return null;
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500}>
        {t('answer.dropped', { count: answer.dropped.length })}
      </Text>
      <ul className={classes.list}>
        {answer.dropped.map((one) => (
          <Text component="li" size="sm" key={one.text} className={classes.quote}>
            <s>{one.text}</s>{' '}
            <em>{t(`answer.droppedWhy.${one.reason}`, { detail: one.detail })}</em>
          </Text>
        ))}
      </ul>
    </Stack>
  );
}

function Sources({ answer, opened, name }: { answer: Answer; opened: number; name: string }) {
  const { t } = useTranslation('knowledge/answers');
  if (answer.citations.length === 0) return null;
  return (
    <Stack gap={6}>
      <Title order={3} size="sm">
        {t('answer.sources')}
      </Title>
      <ol className={classes.list}>
        {answer.citations.map((citation) => (
          <Stack
            component="li"
            gap={2}
            key={citation.number}
            id={`${name}-${citation.number}`}
            bg={opened === citation.number ? 'var(--tw-selected)' : undefined}
          >
            <Group gap={6} wrap="nowrap">
              <Text size="sm" c="dimmed" className="tw-number">
                {citation.number}
              </Text>
              <DocumentLink id={citation.document_id} title={citation.title} url={citation.url} />
              {citation.heading && (
                <Text size="xs" c="dimmed" className="tw-truncate" title={citation.heading}>
                  {citation.heading}
                </Text>
              )}
            </Group>
            <Text size="sm" c="dimmed" className={classes.quote}>
              {citation.quote}
            </Text>
          </Stack>
        ))}
      </ol>
    </Stack>
  );
}

interface ExchangeCardProps {
  exchange: Exchange;
  onRetry: () => void;
  onWrite?: ((writing: Writing) => void) | undefined;
}

/** A question with its answer, where it comes from and why it is as it is. */
export function ExchangeCard({ exchange, onRetry, onWrite }: ExchangeCardProps) {
  const { t } = useTranslation('knowledge/answers');
  const { question, audience, text, passages, answer, error } = exchange;
  const name = useId();
  const [opened, setOpened] = useState(0);
  const [shown, setShown] = useState(false);
  const open = (number: number) => {
    setOpened(number);
    document.getElementById(`${name}-${number}`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <Card component="li" aria-labelledby={`${name}-question`}>
      <Stack gap="sm">
        <div>
          <Text size="xs" c="dimmed">
            {t('test.you', { audience: t(`test.${audience}`) })}
          </Text>
          <Title order={2} size="h4" id={`${name}-question`} className={classes.breakable}>
            {question}
          </Title>
        </div>
        {answer && (
          <Group gap="xs">
            <Badge color={COLOURS[answer.outcome]}>
              {t(`questions.outcomes.${answer.outcome}`)}
            </Badge>
            {answer.outcome === 'answered' && (
              <Text size="xs" c="dimmed">
                {answer.by === 'local'
                  ? t('answer.by.local')
                  : t('answer.by.model', { model: answer.by })}
              </Text>
            )}
            <Text size="xs" c="dimmed" className="tw-number">
              {t('answer.took', { ms: formatNumber(answer.duration_ms) })}
            </Text>
          </Group>
        )}
        {text && <AnswerText text={text} citations={answer?.citations ?? []} onOpen={open} />}
        {!answer && !error && (
          <Group gap="xs">
            <Loader size={16} aria-hidden />
            <Text size="sm" c="dimmed">
              {t('test.asking')}
            </Text>
          </Group>
        )}
        {error && (
          <ErrorState
            error={error}
            compact
            order={3}
            title={t('answer.failed')}
            onRetry={onRetry}
          />
        )}
        {answer && (
          <>
            <Sources answer={answer} opened={opened} name={name} />
            <Dropped answer={answer} />
            <Reasons answer={answer} />
            <Group justify="space-between" align="flex-start">
              <Judge questionId={answer.question_id} />
              {onWrite && answer.gap_id && (
                <Button
                  variant="default"
                  onClick={() =>
                    onWrite({ gapId: answer.gap_id ?? '', question, scope: SCOPES[audience] })
                  }
                >
                  {t('answer.writeAnswer')}
                </Button>
              )}
            </Group>
          </>
        )}
        {passages && passages.length > 0 && (
          <div className={classes.narrow}>
            <Button
              variant="subtle"
              size="compact-sm"
              aria-expanded={shown}
              onClick={() => setShown(!shown)}
            >
              {t('passages.show', { count: passages.length })}
            </Button>
            <Collapse expanded={shown}>
              <PassageList passages={passages} citations={answer?.citations ?? []} />
            </Collapse>
          </div>
        )}
      </Stack>
    </Card>
  );
}
