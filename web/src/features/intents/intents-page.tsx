import { Alert, Button, Card, Group, Progress, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlus, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { ConfusionCard } from './confusion-card';
import classes from './intents.module.css';
import { IntentsCard } from './intents-card';
import {
  type IntentSet,
  runQuery,
  SETS,
  type SetDetail,
  setPath,
  setQuery,
  setsQuery,
} from './queries';
import { SetDialog } from './set-dialog';
import { SuggestionsCard } from './suggestions-card';
import { TemplateCards } from './template-cards';
import { ThresholdCard } from './threshold-card';
import { TryCard } from './try-card';
import { VersionsCard } from './versions-card';

const route = getRouteApi('/_app/intents');

/** The training of a set: how far it is, and what became of the last one. */
function TrainingLine({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const running = set.training_run_id;
  const before = useRef<string>(undefined);
  const [ended, setEnded] = useState<string>();
  const mayRead = useMay('jobs:read');
  const id = running ?? ended ?? '';
  const { data: run } = useQuery({
    ...runQuery(id),
    enabled: id !== '' && mayRead,
    refetchInterval: running ? 1500 : false,
  });
  useEffect(() => {
    const last = before.current;
    before.current = running ?? undefined;
    if (!last || running) return;
    setEnded(last);
    void invalidatePaths(
      setPath(set.id),
      SETS,
      `/api/v1/jobs/${last}`,
      '/api/v1/intent-suggestions',
    );
    toastSuccess(t('train.ended', { name: set.name }));
  }, [running, set.id, set.name, t]);
  if (!running && run?.state === 'failed')
    return (
      <Alert color="red" title={t('train.failed')}>
        {run.error ?? run.message}
      </Alert>
    );
  if (!running) return null;
  return (
    <Card role="status">
      <Stack gap={4}>
        <Group justify="space-between">
          <Text size="sm" fw={500}>
            {t('train.title', { name: set.name })}
          </Text>
          <Text size="xs" c="dimmed">
            {run?.state === 'running' ? run.message : t('train.waiting')}
          </Text>
        </Group>
        <Progress
          value={run?.total ? (100 * run.done) / run.total : 2}
          aria-label={t('train.progress')}
        />
      </Stack>
    </Card>
  );
}

function TrainButton({ set }: { set: SetDetail }) {
  const { t } = useTranslation('intents');
  const [busy, setBusy] = useState(false);
  const running = set.training_run_id !== null;
  const start = async () => {
    setBusy(true);
    try {
      await request('post', `${setPath(set.id)}/train`);
      await invalidatePaths(setPath(set.id));
    } catch (reason) {
      toastError(t('train.notStarted'), reason);
    }
    setBusy(false);
  };
  return (
    <Button
      variant={set.changes > 0 || set.published_version === null ? 'filled' : 'default'}
      loading={busy}
      disabled={running}
      onClick={() => void start()}
    >
      {t(running ? 'train.running' : 'train.now')}
    </Button>
  );
}

function SetView({ id, onGone }: { id: string; onGone: () => void }) {
  const { t } = useTranslation('intents');
  const mayWrite = useMay('intents:write');
  const {
    data: set,
    error,
    refetch,
  } = useQuery({
    ...setQuery(id),
    refetchInterval: ({ state }) => (state.data?.training_run_id ? 1500 : false),
  });
  if (error && !set) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!set) return <LoadingLines lines={10} />;
  const remove = async () => {
    const sure = await askConfirm({
      title: t('set.remove'),
      message: t('set.removeText', { name: set.name, count: set.examples }),
      confirm: t('set.remove'),
    });
    if (!sure) return;
    try {
      await request('delete', setPath(id));
      onGone();
      await invalidatePaths(SETS);
    } catch (reason) {
      toastError(t('set.notRemoved'), reason);
    }
  };
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" flex="1 1 240px">
          {set.published_version === null
            ? t('set.untrained')
            : set.changes > 0
              ? t('set.changed', { count: set.changes, version: set.published_version })
              : t('set.current', { version: set.published_version })}
        </Text>
        {mayWrite && (
          <Group gap="xs">
            <Button
              variant="subtle"
              color="red"
              leftSection={<IconTrash size={16} />}
              onClick={() => void remove()}
            >
              {t('set.remove')}
            </Button>
            <TrainButton set={set} />
          </Group>
        )}
      </Group>
      <TrainingLine set={set} />
      <div className={classes.columns}>
        <div>
          <IntentsCard set={set} />
          <ConfusionCard set={set} />
        </div>
        <div>
          <TryCard set={set} />
          <ThresholdCard key={`${set.threshold}`} set={set} />
          <SuggestionsCard set={set} />
          <VersionsCard set={set} />
        </div>
      </div>
    </Stack>
  );
}

/** What messages are about: sets of intents, their examples, how well they are told apart. */
export function IntentsPage() {
  const { t } = useTranslation('intents');
  const { set: key } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('intents:write');
  const { data: sets, error, refetch } = useQuery(setsQuery());
  const [adding, setAdding] = useState(false);
  const chosen = sets?.find((each) => each.key === key) ?? sets?.[0];
  const show = (set: IntentSet | undefined) =>
    void navigate({ search: set ? { set: set.key } : {}, replace: true });
  return (
    <Page layout="wide">
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={
          sets && (
            <>
              {sets.length > 0 && (
                <Select
                  aria-label={t('set.choose')}
                  allowDeselect={false}
                  data={sets.map(({ key: value, name }) => ({ value, label: name }))}
                  value={chosen?.key ?? null}
                  onChange={(value) => show(sets.find((each) => each.key === value))}
                />
              )}
              {mayWrite && (
                <Button
                  variant="default"
                  leftSection={<IconPlus size={16} />}
                  onClick={() => setAdding(true)}
                >
                  {t('set.add')}
                </Button>
              )}
            </>
          )
        }
      />
      {error && !sets && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!sets && !error && <LoadingLines lines={10} />}
      {sets?.length === 0 && <TemplateCards onAdded={show} />}
      {chosen && <SetView key={chosen.id} id={chosen.id} onGone={() => show(undefined)} />}
      {sets && adding && (
        <SetDialog
          sets={sets}
          onClose={() => setAdding(false)}
          onAdded={(set) => {
            setAdding(false);
            show(set);
          }}
        />
      )}
    </Page>
  );
}
