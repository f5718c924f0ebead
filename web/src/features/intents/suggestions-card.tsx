import { Autocomplete, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './intents.module.css';
import { labelOf } from './labels';
import { SETS, type SetDetail, SUGGESTIONS, type Suggestion, suggestionsQuery } from './queries';

function SuggestionRow({ set, suggestion }: { set: SetDetail; suggestion: Suggestion }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const [words, setWords] = useState(suggestion.label);
  const [busy, setBusy] = useState(false);
  const label = labelOf(words);
  const known = set.items.some((intent) => intent.label === label);
  const act = async (path: string, body: object, done: string) => {
    setBusy(true);
    try {
      const message_ids = suggestion.messages.map(({ id }) => id);
      await request('post', `${SUGGESTIONS}/${path}`, { body: { ...body, message_ids } });
      toastSuccess(done);
      await invalidatePaths(SUGGESTIONS, SETS);
    } catch (reason) {
      toastError(t('suggest.failed'), reason);
    }
    setBusy(false);
  };
  return (
    <li className={classes.row}>
      <Stack gap="xs" className={classes.main}>
        <Text size="sm" fw={500}>
          {t('suggest.asked', { count: suggestion.times })}
        </Text>
        {suggestion.messages.slice(0, 4).map(({ id, text }) => (
          <Text key={id} size="xs" c="dimmed">
            “{text}”
          </Text>
        ))}
        {mayWrite && (
          <Group gap="xs" align="flex-end">
            <Autocomplete
              flex="1 1 160px"
              label={t('suggest.label')}
              maxLength={60}
              data={set.items.map((intent) => intent.label)}
              value={words}
              onChange={setWords}
            />
            <Button
              variant="default"
              disabled={!label}
              loading={busy}
              aria-label={t(known ? 'suggest.mergeNamed' : 'suggest.acceptNamed', { label })}
              onClick={() =>
                void act('accept', { set_id: set.id, label }, t('suggest.accepted', { label }))
              }
            >
              {t(known ? 'suggest.merge' : 'suggest.accept')}
            </Button>
            <Button
              variant="subtle"
              color="gray"
              disabled={busy}
              aria-label={t('suggest.dismissNamed', { label: suggestion.label })}
              onClick={() => void act('dismiss', {}, t('suggest.dismissed'))}
            >
              {t('suggest.dismiss')}
            </Button>
          </Group>
        )}
        {suggestion.near_label && !known && (
          <Text size="xs" c="dimmed">
            {t('suggest.near', { label: suggestion.near_label })}
          </Text>
        )}
      </Stack>
    </li>
  );
}

/** New intents that messages without an answer suggest: accept, rename, merge, or let go. */
export function SuggestionsCard({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const { data, error, refetch } = useQuery(suggestionsQuery(set.id));
  return (
    <Card component="section" aria-labelledby="intents-suggestions">
      <Stack gap="sm">
        <div>
          <Title order={2} size="h3" id="intents-suggestions">
            {t('suggest.title')}
          </Title>
          <Text size="xs" c="dimmed">
            {t('suggest.text')}
          </Text>
        </div>
        {error && !data ? (
          <ErrorState error={error} compact onRetry={() => void refetch()} />
        ) : null}
        {!data && !error && <LoadingLines lines={3} />}
        {data?.items.length === 0 && (
          <Text size="sm">
            {t(data.single ? 'suggest.single' : 'suggest.none', { count: data.single })}
          </Text>
        )}
        <ul className={classes.rows}>
          {data?.items.map((suggestion) => (
            <SuggestionRow key={suggestion.messages[0]?.id} set={set} suggestion={suggestion} />
          ))}
        </ul>
      </Stack>
    </Card>
  );
}
