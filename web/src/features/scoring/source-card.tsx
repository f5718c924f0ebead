import { Alert, Badge, Card, Group, List, Progress, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '@/app/format';
import { IconAlertTriangle } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import type { Summary } from './queries';
import classes from './scoring.module.css';

function Need({ label, count, needed }: { label: string; count: number; needed: number }) {
  const { t } = useTranslation('scoring');
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="sm">{label}</Text>
        <Text size="sm" className="tw-number">
          {t('source.of', { done: formatNumber(count), needed: formatNumber(needed) })}
        </Text>
      </Group>
      <Progress
        value={Math.min(100, (100 * count) / needed)}
        color={count >= needed ? 'green' : 'blue'}
        aria-label={label}
      />
    </Stack>
  );
}

function Needs({ labels }: { labels: Summary['labels'] }) {
  const { t } = useTranslation('scoring');
  return (
    <Stack gap="sm">
      <Title order={3} size="sm">
        {t('source.needed')}
      </Title>
      <Need label={t('source.known')} count={labels.known} needed={labels.needed} />
      <Need label={t('source.won')} count={labels.won} needed={labels.needed_each} />
      <Need label={t('source.lost')} count={labels.lost} needed={labels.needed_each} />
      <LinkAnchor to="/imports">{t('source.import')}</LinkAnchor>
    </Stack>
  );
}

function Body({ summary }: { summary: Summary }) {
  const { t } = useTranslation('scoring');
  const { labels } = summary;
  const facts = [
    { label: t('source.leads'), value: summary.leads },
    { label: t('source.scored'), value: summary.scored },
    { label: t('source.insufficient'), value: summary.insufficient },
    {
      label: t('source.outcomes'),
      value: labels.known,
      hint: t('source.wonLost', {
        won: formatNumber(labels.won),
        lost: formatNumber(labels.lost),
      }),
    },
  ];
  return (
    <>
      <Text size="sm">{summary.note}</Text>
      <dl className={classes.facts}>
        {facts.map(({ label, value, hint }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <span className={`${classes.value} tw-number`}>{formatNumber(value)}</span>
              {hint && (
                <Text size="xs" c="dimmed">
                  {hint}
                </Text>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {!labels.enough && <Needs labels={labels} />}
      {summary.warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle size={16} />} title={t('source.warnings')}>
          <List size="sm">
            {summary.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
    </>
  );
}

interface SourceCardProps {
  summary: Summary | undefined;
  error: unknown;
  onRetry: () => void;
}

/** Model or rules, since when, on how much; what is missing for a model. */
export function SourceCard({ summary, error, onRetry }: SourceCardProps) {
  const { t } = useTranslation('scoring');
  const model = summary?.model;
  return (
    <Card component="section" aria-labelledby="scoring-source">
      <Stack gap="md">
        <Group gap="xs">
          <Title order={2} size="h3" id="scoring-source">
            {t('source.title')}
          </Title>
          {summary && (
            <Badge color={summary.kind === 'model' ? 'green' : 'gray'}>
              {t(`kind.${summary.kind}`)}
            </Badge>
          )}
          {model && (
            <Text size="xs" c="dimmed">
              {t('source.since', {
                version: model.version,
                date: formatDate(model.promoted_at ?? model.trained_at),
              })}
            </Text>
          )}
        </Group>
        {error && !summary ? (
          <ErrorState error={error} compact onRetry={onRetry} />
        ) : summary ? (
          <Body summary={summary} />
        ) : (
          <LoadingLines />
        )}
      </Stack>
    </Card>
  );
}
