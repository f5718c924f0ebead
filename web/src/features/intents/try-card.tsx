import { Badge, Card, Group, Loader, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatPercent } from '@/app/format';
import { ErrorState } from '@/components/page-states';
import classes from './intents.module.css';
import { classifyQuery, type Result, type SetDetail, templatesQuery } from './queries';

function Answer({ result, threshold }: { result: Result; threshold: number }) {
  const { t } = useTranslation('intents');
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Badge size="lg" tt="none" color={result.label ? 'blue' : 'gray'}>
          {result.label ?? t('try.none')}
        </Badge>
        <Text size="sm" c="dimmed">
          {t('try.inScope', {
            chance: formatPercent(result.in_scope_probability),
            threshold: formatPercent(threshold),
          })}
        </Text>
      </Group>
      <Stack component="ul" gap="xs" m={0} p={0} aria-label={t('try.ranking')}>
        {result.ranking.map(({ label, probability }) => (
          <li key={label} className={classes.bar}>
            <span>{label}</span>
            <span className="tw-number">{formatPercent(probability)}</span>
            <span className={classes.track} aria-hidden>
              <span className={classes.fill} style={{ width: `${100 * probability}%` }} />
            </span>
          </li>
        ))}
      </Stack>
      <Title order={3} size="sm">
        {t('try.nearest')}
      </Title>
      <ul className={classes.rows}>
        {result.nearest.map((near) => (
          <li key={near.text} className={classes.row}>
            <Text size="sm" className={classes.main}>
              {near.text}
            </Text>
            <Text size="xs" c="dimmed">
              {t('try.near', { label: near.label, similarity: near.similarity.toFixed(2) })}
            </Text>
          </li>
        ))}
      </ul>
    </Stack>
  );
}

/** Judges a text while it is typed, with the examples it is next to. */
export function TryCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const [text, setText] = useState('');
  const [settled] = useDebouncedValue(text.trim(), 250);
  const { data: templates = [] } = useQuery(templatesQuery());
  // Sets that come with the product classify by their key before they are trained here.
  const ready = set.published_version !== null || templates.some(({ key }) => key === set.key);
  const { data, error, isFetching, refetch } = useQuery(
    classifyQuery(set.key, set.published_version ?? 0, ready ? settled : ''),
  );
  return (
    <Card component="section" aria-labelledby="intents-try">
      <Stack gap="sm">
        <Group justify="space-between" h={24}>
          <Title order={2} size="h3" id="intents-try">
            {t('try.title')}
          </Title>
          {isFetching && <Loader size={16} aria-label={t('try.judging')} />}
        </Group>
        <TextInput
          label={t('try.label')}
          placeholder={t('try.example')}
          maxLength={1000}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <div aria-live="polite">
          {settled === '' || !ready ? (
            <Text size="sm" c="dimmed">
              {t(ready ? 'try.hint' : 'try.untrained')}
            </Text>
          ) : error ? (
            <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
          ) : (
            data && <Answer result={data} threshold={set.threshold} />
          )}
        </div>
      </Stack>
    </Card>
  );
}
