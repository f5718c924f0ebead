import { Alert, Badge, Button, Group, Progress, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconAlertTriangle, IconDownload, IconFlask } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { isRunning, type Report, reportQuery, runsQuery, SUITES, type Suite } from './queries';
import { Reliability, RunBadge } from './run-badge';
import classes from './simulations.module.css';

type CaseReport = Report['items'][number];

function CaseResult({ found }: { found: CaseReport }) {
  const { t } = useTranslation('simulations');
  const unmet = new Map<string, { expected: string; found: string }>();
  for (const one of found.results.flatMap(({ failures }) => failures)) {
    unmet.set(`${one.expected} ${one.found}`, one);
  }
  const open = found.passed < found.tried;
  return (
    <li className={classes.result}>
      <Group gap="xs">
        <Badge
          color={found.tried === 0 ? 'gray' : open ? (found.critical ? 'red' : 'yellow') : 'green'}
        >
          {t('report.passed', { passed: found.passed, tried: found.tried })}
        </Badge>
        <Text fw={600}>{found.name}</Text>
        {!found.critical && <Badge color="gray">{t('case.notCritical')}</Badge>}
      </Group>
      {unmet.size > 0 && (
        <ul className={classes.failures}>
          {[...unmet].map(([key, one]) => (
            <li key={key}>{t('report.unmet', one)}</li>
          ))}
        </ul>
      )}
      <div className={classes.tries}>
        {found.results.map(({ attempt, passed, conversation_id, turns }) =>
          conversation_id ? (
            <LinkAnchor
              key={attempt}
              size="xs"
              c={passed ? 'dimmed' : 'red'}
              to={`/inbox?conversation=${conversation_id}` as never}
            >
              {t(passed ? 'report.try' : 'report.tryFailed', { attempt, turns })}
            </LinkAnchor>
          ) : null,
        )}
      </div>
    </li>
  );
}

function Found({ report }: { report: Report }) {
  const { t } = useTranslation('simulations');
  const done = report.passed + report.failed;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <RunBadge run={report} />
        <Text size="sm" className="tw-number">
          {t('report.summary', { passed: report.passed, total: report.total })}
        </Text>
        <Reliability run={report} />
      </Group>
      {isRunning(report) && (
        <Progress
          value={(100 * done) / report.total}
          aria-label={t('report.progress', { done, total: report.total })}
        />
      )}
      {report.problem && (
        <Alert color="yellow" icon={<IconAlertTriangle size={18} />}>
          {report.problem}
        </Alert>
      )}
      <ul className={classes.list}>
        {report.items.map((found) => (
          <CaseResult key={found.case_id} found={found} />
        ))}
      </ul>
    </Stack>
  );
}

/** What a run found: the last one, or one chosen; those that failed come first and can be opened. */
export function ReportTab({
  suite,
  runId,
  onChoose,
}: {
  suite: Suite;
  runId: string | undefined;
  onChoose: (id: string | undefined) => void;
}) {
  const { t } = useTranslation('simulations');
  const shown = runId ?? suite.last_run?.id;
  const { data: runs } = useQuery(runsQuery(suite.id));
  const { data, error, refetch } = useQuery({
    ...reportQuery(suite.id, shown ?? ''),
    enabled: shown !== undefined,
  });
  if (!shown) {
    return (
      <EmptyState icon={IconFlask} title={t('report.none')}>
        {t('report.noneText')}
      </EmptyState>
    );
  }
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <Select
          aria-label={t('report.choose')}
          allowDeselect={false}
          value={shown}
          w={260}
          data={(runs ?? []).map(({ id, created_at, state }) => ({
            value: id,
            label: `${formatDateTime(created_at)} · ${t(`state.${data?.id === id ? data.state : state}`)}`,
          }))}
          onChange={(id) => onChoose(id && id !== suite.last_run?.id ? id : undefined)}
        />
        <Button
          component="a"
          variant="default"
          leftSection={<IconDownload size={16} />}
          href={`${SUITES}/${suite.id}/runs/${shown}/junit`}
          download={`${suite.name}.xml`}
        >
          {t('report.junit')}
        </Button>
      </Group>
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={5} height={64} />}
      {data && <Found report={data} />}
    </Stack>
  );
}
