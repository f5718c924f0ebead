import { ActionIcon, Badge, Button, Group, Stack, Switch, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconTrash, IconX } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './intents.module.css';
import { linesOf } from './labels';
import { examplesPath, examplesQuery, type Intent, SETS, type SetDetail, setPath } from './queries';

interface ExamplesPanelProps {
  set: SetDetail;
  intent: Intent;
  onGone: () => void;
}

/** How people say it: examples typed one a line, and what only sounds like it. */
export function ExamplesPanel({ set, intent, onGone }: ExamplesPanelProps) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const { data, error, refetch } = useQuery(examplesQuery(set.id, intent.id));
  const [text, setText] = useState('');
  const [negative, setNegative] = useState(false);
  const [busy, setBusy] = useState(false);
  const texts = linesOf(text);
  const write = async (what: string, act: () => Promise<unknown>) => {
    try {
      await act();
      await invalidatePaths(SETS);
    } catch (reason) {
      toastError(what, reason);
    }
  };
  const add = async () => {
    setBusy(true);
    await write(t('examples.notAdded'), async () => {
      const path = examplesPath(set.id, intent.id);
      const body = { texts, negative };
      const { added, repeated } = await request<Schema<'ExamplesAdded'>>('post', path, { body });
      setText('');
      toastSuccess(
        t(repeated ? 'examples.someAdded' : 'examples.added', { count: added, repeated }),
      );
    });
    setBusy(false);
  };
  const remove = async () => {
    const sure = await askConfirm({
      title: t('intent.remove'),
      message: t('intent.removeText', { label: intent.label, count: intent.examples }),
      confirm: t('intent.remove'),
    });
    if (!sure) return;
    await write(t('intent.notRemoved'), async () => {
      await request('delete', `${setPath(set.id)}/intents/${intent.id}`);
      onGone();
    });
  };
  return (
    <Stack gap="sm">
      {mayWrite && (
        <>
          <Textarea
            label={t('examples.type', { label: intent.label })}
            description={t('examples.typeText')}
            autosize
            minRows={2}
            maxRows={10}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Group justify="space-between">
            <Switch
              label={t('examples.negative')}
              checked={negative}
              onChange={(event) => setNegative(event.currentTarget.checked)}
            />
            <Group gap="xs">
              <Button
                variant="subtle"
                color="red"
                leftSection={<IconTrash size={16} />}
                onClick={() => void remove()}
              >
                {t('intent.remove')}
              </Button>
              <Button
                variant="default"
                disabled={texts.length === 0 || texts.length > 500}
                loading={busy}
                onClick={() => void add()}
              >
                {t('examples.add', { count: texts.length })}
              </Button>
            </Group>
          </Group>
        </>
      )}
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={4} />}
      {data?.length === 0 && <Text size="sm">{t('examples.none')}</Text>}
      {data && data.length > 0 && (
        /* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard */
        <section className={classes.scroll} tabIndex={0} aria-label={t('examples.list')}>
          <ul className={classes.rows}>
            {data.map((example) => (
              <li key={example.id} className={classes.row}>
                <Text size="sm" className={classes.main}>
                  {example.text}
                </Text>
                {example.negative && (
                  <Badge variant="outline" color="gray">
                    {t('examples.negativeBadge')}
                  </Badge>
                )}
                {mayWrite && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('examples.remove', { text: example.text })}
                    onClick={() =>
                      void write(t('examples.notRemoved'), () =>
                        request('delete', `${setPath(set.id)}/examples/${example.id}`),
                      )
                    }
                  >
                    <IconX size={16} />
                  </ActionIcon>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}
