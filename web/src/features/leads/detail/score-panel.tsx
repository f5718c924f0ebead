import {
  Badge,
  Button,
  Group,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
  UnstyledButton,
} from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatDate, formatPercent, formatRelative } from '@/app/format';
import { IconMinus, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import classes from './detail.module.css';
import { scoreQuery } from './queries';
import { ScoreHistory } from './score-history';

type Reason = Schema<'ReasonRead'>;
type LeadScore = Schema<'LeadScoreRead'>;

const SHOWN = 3;

const weight = (reason: Reason) => Math.abs(reason.contribution);

function Reasons({
  title,
  reasons,
  good,
  largest,
}: {
  title: string;
  reasons: Reason[];
  good: boolean;
  /** Weight of the strongest reason on either side: both sides share one scale. */
  largest: number;
}) {
  const { t } = useTranslation('leads/detail');
  const [all, setAll] = useState(false);
  const Sign = good ? IconPlus : IconMinus;
  const colour = good ? 'teal' : 'orange';
  return (
    <div>
      <Text size="xs" fw={500} c="dimmed" component="h3" className={classes.reasonsTitle}>
        {title}
      </Text>
      <ul className={classes.reasons}>
        {reasons.slice(0, all ? undefined : SHOWN).map((reason) => (
          <li key={reason.feature}>
            <Group gap={4} wrap="nowrap" align="flex-start">
              <Sign size={14} className={classes.sign} data-good={good || undefined} aria-hidden />
              <Text size="sm">
                {reason.sentence}
                <span className="tw-hidden"> ({t(`score.strength.${reason.strength}`)})</span>
              </Text>
            </Group>
            <Progress
              aria-hidden
              size={4}
              color={colour}
              value={Math.max(2, (100 * weight(reason)) / (largest || 1))}
            />
          </li>
        ))}
      </ul>
      {reasons.length > SHOWN && (
        <UnstyledButton className={classes.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('score.fewer') : t('score.more', { count: reasons.length - SHOWN })}
        </UnstyledButton>
      )}
    </div>
  );
}

function Halves({ split }: { split: NonNullable<LeadScore['split']> }) {
  const { t } = useTranslation('leads/detail');
  const halves = [
    { name: 'fit', score: split.fit_score },
    { name: 'engagement', score: split.engagement_score },
  ] as const;
  return (
    <Group grow>
      {halves.map(({ name, score }) => (
        <div key={name} title={t(`score.${name}Hint`)}>
          <Group justify="space-between" gap={4}>
            <Text size="xs" c="dimmed">
              {t(`score.${name}`)}
            </Text>
            <Text size="xs" fw={500} className="tw-number">
              {score}
            </Text>
          </Group>
          <Progress size={4} value={score} aria-hidden />
        </div>
      ))}
    </Group>
  );
}

function Others({ others }: { others: NonNullable<LeadScore['others']> }) {
  const { t } = useTranslation('leads/detail');
  return (
    <div>
      <Text size="xs" fw={500} c="dimmed" component="h3" className={classes.reasonsTitle}>
        {t('score.others')}
      </Text>
      {others.map((other) => (
        <Group key={other.key} justify="space-between" wrap="nowrap">
          <Text size="sm" className="tw-truncate">
            {other.name}
          </Text>
          {other.score === null ? (
            <Text size="xs" c="dimmed">
              {t('score.none')}
            </Text>
          ) : (
            <ScoreBadge score={other.score} band={other.band} />
          )}
        </Group>
      ))}
    </div>
  );
}

/** The day whose end is asked about, as the moment the server understands. */
const endOf = (day: string) => new Date(`${day}T23:59:59`).toISOString();

/** The score with its reasons, where it comes from, and how it went. */
export function ScorePanel({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const mayRead = useMay('scoring:read');
  const [day, setDay] = useState('');
  const { data, error, refetch } = useQuery({
    ...scoreQuery(leadId, day ? endOf(day) : undefined),
    enabled: mayRead,
    placeholderData: keepPreviousData,
  });
  if (!mayRead) return null;
  const largest = Math.max(
    0,
    ...[...(data?.reasons_for ?? []), ...(data?.reasons_against ?? [])].map(weight),
  );
  const known = data && data.state === 'scored' && data.score !== null;
  return (
    <section className={classes.card} aria-labelledby="lead-score">
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h3" id="lead-score">
            {t('score.title')}
          </Title>
          {data?.as_of && (
            <Badge color="yellow">{t('score.asOf', { date: formatDate(data.as_of) })}</Badge>
          )}
          {data?.kind && !data.as_of && <Badge color="gray">{t(`score.kind.${data.kind}`)}</Badge>}
        </Group>
        {error && !data && (
          <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
        )}
        {!data && !error && <LoadingLines lines={6} />}
        {known && (
          <Group justify="space-between" wrap="nowrap">
            <ScoreBadge score={data.score} band={data.band} />
            {data.probability !== null && !day && (
              <Text size="sm" c="dimmed" className="tw-number">
                {t('score.chance', { chance: formatPercent(data.probability) })}
              </Text>
            )}
          </Group>
        )}
        {known && data.split && <Halves split={data.split} />}
        {data && (
          <Text size="sm" c={known ? 'dimmed' : undefined}>
            {data.note}
          </Text>
        )}
        {data && data.reasons_for.length > 0 && (
          <Reasons title={t('score.for')} reasons={data.reasons_for} largest={largest} good />
        )}
        {data && data.reasons_against.length > 0 && (
          <Reasons
            title={t('score.against')}
            reasons={data.reasons_against}
            largest={largest}
            good={false}
          />
        )}
        {data && <ScoreHistory entries={data.history} />}
        {data?.counterfactual && <Text size="sm">{data.counterfactual}</Text>}
        {data?.others && data.others.length > 0 && <Others others={data.others} />}
        {data && (
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              type="date"
              size="xs"
              flex={1}
              label={t('score.past')}
              max={new Date().toISOString().slice(0, 10)}
              value={day}
              onChange={(event) => setDay(event.currentTarget.value)}
            />
            {day && (
              <Button variant="subtle" size="xs" onClick={() => setDay('')}>
                {t('score.now')}
              </Button>
            )}
          </Group>
        )}
        {data?.scored_at && (
          <Text size="xs" c="dimmed">
            {data.model
              ? t('score.model', {
                  version: data.model.version,
                  trained: formatDate(data.model.trained_at),
                  when: formatRelative(data.scored_at),
                })
              : t('score.rules', { when: formatRelative(data.scored_at) })}
          </Text>
        )}
      </Stack>
    </section>
  );
}
