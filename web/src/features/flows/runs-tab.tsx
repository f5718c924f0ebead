import { Badge, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { ErrorState, LoadingLines } from '@/components/page-states';
import classes from './flows.module.css';
import type { TabProps } from './form';
import { type Run, runsQuery } from './queries';
import { RUN_STATES } from './search';
import { STATE_COLOURS } from './state-colours';

const route = getRouteApi('/_app/agents/flows/$flowId');

function RunCard({ run }: { run: Run }) {
  const { t } = useTranslation('flows');
  return (
    <li className={classes.run}>
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          <Badge color={STATE_COLOURS[run.state]}>{t(`run.${run.state}`)}</Badge>
          {run.outcome && (
            <Text size="sm" fw={500}>
              {run.outcome}
            </Text>
          )}
          {run.score !== null && (
            <Text size="sm" c="dimmed" className="tw-number">
              {t('score.of', { score: run.score })}
            </Text>
          )}
        </Group>
        <Group gap="sm">
          {run.lead_id && (
            <LinkAnchor size="sm" to={`/leads/${run.lead_id}` as never}>
              {t('runs.lead')}
            </LinkAnchor>
          )}
          <Text size="xs" c="dimmed">
            {formatDateTime(run.created_at)}
          </Text>
        </Group>
      </Group>
      <dl className={classes.answers}>
        {run.answers.map((one) => (
          <div key={one.question_key}>
            <dt>{one.label}</dt>
            <dd>{one.state === 'refused' ? t('answer.refused') : <Masked value={one.shown} />}</dd>
          </div>
        ))}
      </dl>
      {run.reasons.length > 0 && (
        <Text size="xs" c="dimmed">
          {run.reasons
            .map(({ text, points }) =>
              points === null ? text : `${text} (${points > 0 ? '+' : ''}${points})`,
            )
            .join(' · ')}
        </Text>
      )}
    </li>
  );
}

/** What visitors answered, how it came out and why. */
export function RunsTab({ flow }: TabProps) {
  const { t } = useTranslation('flows');
  const { state, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(runsQuery(flow.id, state, cursor));
  return (
    <Stack gap="md">
      <SegmentedControl
        aria-label={t('runs.state')}
        className={classes.states}
        value={state ?? 'all'}
        data={[
          { value: 'all', label: t('runs.all') },
          ...RUN_STATES.map((value) => ({ value, label: t(`run.${value}`) })),
        ]}
        onChange={(value) =>
          void navigate({
            search: {
              tab: 'runs',
              state: value === 'all' ? undefined : (value as (typeof RUN_STATES)[number]),
            },
            replace: true,
          })
        }
      />
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={4} height={64} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t(state ? 'runs.noneOfState' : 'runs.none')}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <ul className={classes.list}>
          {data.items.map((run) => (
            <RunCard key={run.id} run={run} />
          ))}
        </ul>
      )}
      {(data?.next_cursor || cursor) && (
        <Group>
          {cursor && (
            <Button
              variant="default"
              onClick={() => void navigate({ search: { tab: 'runs', state } })}
            >
              {t('runs.newest')}
            </Button>
          )}
          {data?.next_cursor && (
            <Button
              variant="default"
              onClick={() =>
                void navigate({
                  search: { tab: 'runs', state, cursor: data.next_cursor ?? undefined },
                })
              }
            >
              {t('runs.older')}
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
