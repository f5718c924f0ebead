import { Badge, Button, Card, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPercent, formatRelative } from '@/app/format';
import { IconMessage, IconThumbDown, IconThumbUp } from '@/app/icons';
import { LinkButton } from '@/components/link-anchor';
import { EmptyState, ErrorState, FilteredEmptyState, LoadingLines } from '@/components/page-states';
import classes from './answers.module.css';
import { type Question, questionsQuery } from './queries';
import { OUTCOMES } from './search';

const COLOURS = {
  answered: 'green',
  refused: 'yellow',
  off_topic: 'gray',
  small_talk: 'gray',
} as const;

function AskedRow({ question }: { question: Question }) {
  const { t } = useTranslation('knowledge/answers');
  const Thumb = question.thumb === 1 ? IconThumbUp : IconThumbDown;
  return (
    <li className={classes.row}>
      <Group gap="xs" wrap="nowrap" align="flex-start" justify="space-between">
        <Text size="sm" fw={500} className={classes.breakable}>
          {question.question}
        </Text>
        <Group gap="xs" wrap="nowrap">
          {question.thumb && (
            <Thumb
              size={16}
              role="img"
              aria-label={t(`questions.thumbs.${question.thumb === 1 ? '1' : '-1'}`)}
            />
          )}
          <Badge color={COLOURS[question.outcome]}>
            {t(`questions.outcomes.${question.outcome}`)}
          </Badge>
        </Group>
      </Group>
      <Text size="sm" c="dimmed" className={classes.clamped}>
        {question.answer}
      </Text>
      {question.correction && (
        <Text size="sm" className={classes.quote}>
          {t('questions.corrected')}: {question.correction}
        </Text>
      )}
      <Text size="xs" c="dimmed" className="tw-number">
        {[
          formatRelative(question.created_at),
          question.channel,
          (question.outcome === 'answered' || question.outcome === 'refused') &&
            t('questions.likely', { shown: formatPercent(question.answerable) }),
          question.answered_by !== 'local' &&
            t('questions.byModel', { model: question.answered_by }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </li>
  );
}

interface AskedListProps {
  outcome: Question['outcome'] | undefined;
  cursor: string | undefined;
  onChange: (outcome: Question['outcome'] | undefined, cursor: string | undefined) => void;
}

/** Every question with what it got, newest first. */
export function AskedList({ outcome, cursor, onChange }: AskedListProps) {
  const { t } = useTranslation('knowledge/answers');
  const { data, error, refetch } = useQuery({
    ...questionsQuery(outcome, cursor),
    placeholderData: keepPreviousData,
  });
  const { next_cursor: older, previous_cursor: newer } = data ?? {};
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('questions.outcome')}
        value={outcome ?? 'any'}
        data={['any', ...OUTCOMES].map((value) => ({
          value,
          label: t(`questions.outcomes.${value}`),
        }))}
        onChange={(value) =>
          onChange(value === 'any' ? undefined : (value as Question['outcome']), undefined)
        }
        style={{ alignSelf: 'flex-start' }}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data?.items.length === 0 &&
        (outcome ? (
          <FilteredEmptyState
            title={t('questions.emptyTitle.all')}
            onClear={() => onChange(undefined, undefined)}
          />
        ) : (
          <EmptyState
            icon={IconMessage}
            title={t('questions.emptyTitle.all')}
            action={
              <LinkButton to="/knowledge/test" variant="default">
                {t('questions.goTest')}
              </LinkButton>
            }
          >
            {t('questions.emptyText.all')}
          </EmptyState>
        ))}
      {data && data.items.length > 0 && (
        <Card>
          <ul className={classes.list}>
            {data.items.map((question) => (
              <AskedRow key={question.id} question={question} />
            ))}
          </ul>
        </Card>
      )}
      {(older || newer) && (
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={!newer}
            onClick={() => onChange(outcome, newer ?? undefined)}
          >
            {t('questions.newer')}
          </Button>
          <Button
            variant="default"
            disabled={!older}
            onClick={() => onChange(outcome, older ?? undefined)}
          >
            {t('questions.older')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
