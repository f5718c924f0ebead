import { Badge, Button, Code, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatNumber, formatRelative } from '@/app/format';
import { IconListDetails } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { type DeadJob, deadJobsQuery, type JobRun, jobsQuery } from './queries';
import classes from './settings.module.css';

const COLOURS: Record<string, string> = {
  running: 'blue',
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
};

function RunRow({ run }: { run: JobRun }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('jobs:write');
  const active = run.state === 'queued' || run.state === 'running';
  const cancel = async () => {
    try {
      await request('post', `/api/v1/jobs/${run.id}/cancel`);
    } catch (reason) {
      toastError(t('jobs.notCancelled'), reason);
    }
    await invalidatePaths('/api/v1/jobs');
  };
  const details = [
    run.total
      ? t('jobs.of', { done: formatNumber(run.done), total: formatNumber(run.total) })
      : undefined,
    run.state === 'running' && run.seconds_left != null
      ? t('jobs.left', { count: Math.ceil(run.seconds_left) })
      : undefined,
    run.message,
    t('jobs.by', { name: run.created_by_name || '–', when: formatRelative(run.created_at) }),
  ].filter(Boolean);
  return (
    <li className={classes.row}>
      <Stack gap={4} className={classes.main}>
        <Group gap="xs">
          <Text size="sm" fw={500}>
            {run.title}
          </Text>
          <Badge color={COLOURS[run.state] ?? 'gray'}>{t(`jobs.state.${run.state}`)}</Badge>
        </Group>
        {run.state === 'running' && run.total != null && run.total > 0 && (
          <Progress
            value={(100 * run.done) / run.total}
            aria-label={t('jobs.progress', { title: run.title })}
          />
        )}
        <Text size="xs" c="dimmed">
          {details.join(' · ')}
        </Text>
        {run.error && (
          <Text size="xs" c="var(--mantine-color-red-text)">
            {run.error}
          </Text>
        )}
      </Stack>
      {active && mayWrite && (
        <Button
          variant="default"
          disabled={run.cancel_requested}
          aria-label={t('jobs.cancelNamed', { title: run.title })}
          onClick={() => void cancel()}
        >
          {t(run.cancel_requested ? 'jobs.cancelling' : 'jobs.cancel')}
        </Button>
      )}
    </li>
  );
}

function DeadRow({ job }: { job: DeadJob }) {
  const { t } = useTranslation('settings');
  const mayWrite = useMay('jobs:write');
  const retry = async () => {
    try {
      await request('post', `/api/v1/jobs/dead/${job.id}/retry`);
      toastSuccess(t('jobs.retried'));
    } catch (reason) {
      toastError(t('jobs.notRetried'), reason);
    }
    await invalidatePaths('/api/v1/jobs');
  };
  return (
    <li className={classes.row}>
      <Stack gap={4} className={classes.main}>
        <Group gap="xs">
          <Code>{job.name}</Code>
          {job.retried_at && <Badge color="gray">{t('jobs.wasRetried')}</Badge>}
        </Group>
        <Text size="sm">{`${job.error_type}: ${job.error_message}`}</Text>
        <Text size="xs" c="dimmed">
          {t('jobs.failed', { count: job.attempts, when: formatRelative(job.failed_at) })}
        </Text>
      </Stack>
      {mayWrite && !job.retried_at && (
        <Button
          variant="default"
          aria-label={t('jobs.retryNamed', { name: job.name })}
          onClick={() => void retry()}
        >
          {t('jobs.retry')}
        </Button>
      )}
    </li>
  );
}

/** Background work: what runs, what ran, what failed for good. */
export function JobsPage() {
  const { t } = useTranslation('settings');
  const runs = useQuery({ ...jobsQuery(), refetchInterval: 10_000 });
  const dead = useQuery(deadJobsQuery());
  return (
    <Page layout="form">
      <PageHeader title={t('jobs.title')} description={t('jobs.text')} />
      <SettingsCard title={t('jobs.runs')}>
        {runs.error && !runs.data && (
          <ErrorState error={runs.error} compact onRetry={() => void runs.refetch()} />
        )}
        {!runs.data && !runs.error && <LoadingLines />}
        {runs.data?.items.length === 0 && (
          <EmptyState icon={IconListDetails} title={t('jobs.noRuns')} compact>
            {t('jobs.noRunsText')}
          </EmptyState>
        )}
        <ul className={classes.rows}>
          {runs.data?.items.map((run) => (
            <RunRow key={run.id} run={run} />
          ))}
        </ul>
      </SettingsCard>
      <SettingsCard title={t('jobs.dead')} description={t('jobs.deadText')}>
        {dead.error && !dead.data && (
          <ErrorState error={dead.error} compact onRetry={() => void dead.refetch()} />
        )}
        {dead.data?.items.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('jobs.noneDead')}
          </Text>
        )}
        <ul className={classes.rows}>
          {dead.data?.items.map((job) => (
            <DeadRow key={job.id} job={job} />
          ))}
        </ul>
      </SettingsCard>
    </Page>
  );
}
