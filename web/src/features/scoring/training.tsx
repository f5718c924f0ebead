import { Alert, Button, Card, Group, Progress, Stack, Text, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { toastError, toastSuccess } from '@/components/toasts';
import { activeRuns } from './card-data';
import { type JobRun, jobsQuery } from './queries';

/** Runs of scoring that go on now; figures are read anew when one ends. */
export function useScoringRuns() {
  const mayRead = useMay('jobs:read');
  const { data } = useQuery({
    ...jobsQuery(),
    enabled: mayRead,
    refetchInterval: ({ state }) =>
      activeRuns(state.data?.items ?? []).length > 0 ? 2000 : 30_000,
  });
  const [ended, setEnded] = useState<JobRun>();
  const before = useRef<string[]>([]);
  useEffect(() => {
    if (!data) return;
    const now = activeRuns(data.items).map((run) => run.id);
    const gone = before.current.find((id) => !now.includes(id));
    before.current = now;
    if (!gone) return;
    setEnded(data.items.find((run) => run.id === gone));
    void invalidatePaths('/api/v1/scoring', '/api/v1/leads', '/api/v1/dashboard');
  }, [data]);
  return { runs: activeRuns(data?.items ?? []), ended };
}

/** Starts a training; says why when it cannot. */
export function TrainButton({ enough, running }: { enough: boolean; running: boolean }) {
  const { t } = useTranslation('scoring');
  const [starting, setStarting] = useState(false);
  if (!useMay('scoring:write')) return null;
  const start = async () => {
    setStarting(true);
    try {
      await request<Schema<'RunStarted'>>('post', '/api/v1/scoring/train');
      await invalidatePaths('/api/v1/jobs');
    } catch (reason) {
      toastError(t('train.notStarted'), reason);
    }
    setStarting(false);
  };
  const blocked = !enough || running;
  return (
    <Tooltip label={t('train.tooFew')} disabled={enough}>
      <Button
        loading={starting}
        data-disabled={blocked || undefined}
        aria-disabled={blocked}
        onClick={() => !blocked && void start()}
      >
        {t(running ? 'train.running' : 'train.now')}
      </Button>
    </Tooltip>
  );
}

function RunLine({ run }: { run: JobRun }) {
  const { t } = useTranslation('scoring');
  return (
    <Stack gap={4}>
      <Group justify="space-between">
        <Text size="sm" fw={500}>
          {run.title}
        </Text>
        <Text size="xs" c="dimmed">
          {run.state === 'queued' ? t('train.waiting') : run.message}
        </Text>
      </Group>
      <Progress
        value={run.total ? (100 * run.done) / run.total : 100}
        animated={!run.total}
        aria-label={t('train.progress', { title: run.title })}
      />
    </Stack>
  );
}

/** Trainings and rescorings under way, and how the last one ended. */
export function RunsCard({ runs, ended }: ReturnType<typeof useScoringRuns>) {
  const { t } = useTranslation('scoring');
  const told = useRef<string>(undefined);
  const succeeded = ended?.state === 'succeeded';
  useEffect(() => {
    if (!ended || told.current === ended.id) return;
    told.current = ended.id;
    if (ended.state === 'succeeded') toastSuccess(t('train.done', { title: ended.title }));
  }, [ended, t]);
  if (runs.length === 0 && (!ended || succeeded)) return null;
  return (
    <Card role="status">
      <Stack gap="sm">
        {runs.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
        {runs.length === 0 && ended && !succeeded && (
          <Alert color="red" title={t('train.failed', { title: ended.title })}>
            {ended.error ?? ended.message}
          </Alert>
        )}
        <LinkAnchor to="/settings/jobs">{t('train.details')}</LinkAnchor>
      </Stack>
    </Card>
  );
}
