import { Anchor, Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './agents.module.css';
import { DifferenceList } from './difference-list';
import { differences } from './differences';
import { passedOf } from './gate';
import { AGENTS, type Agent, type AgentVersion, versionsQuery } from './queries';
import { useNames } from './use-names';

const route = getRouteApi('/_app/agents/$agentId');

/** What the launch gate found before a version was published. */
function GateResult({ version }: { version: AgentVersion }) {
  const { t } = useTranslation('agents');
  const passed = passedOf(version.gate);
  if (passed.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('versions.noGate')}
      </Text>
    );
  }
  return passed.map(({ suite, run, ...found }) => (
    <Anchor
      key={suite}
      size="xs"
      display="block"
      renderRoot={(rest) => (
        <Link
          to="/agents/simulations/$suiteId"
          params={{ suiteId: suite }}
          search={{ run }}
          {...rest}
        />
      )}
    >
      {t('versions.gate', found)}
    </Anchor>
  ));
}

/** What was published and when, what differs from the draft, and a way back. */
export function VersionsTab({ agent, mayWrite }: { agent: Agent; mayWrite: boolean }) {
  const { t } = useTranslation('agents');
  const { version: shown } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: versions, error, refetch } = useQuery(versionsQuery(agent.id));
  const namesOf = useNames();
  if (error && !versions) {
    return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  }
  if (!versions) return <LoadingLines lines={4} />;
  if (versions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('versions.none')}
      </Text>
    );
  }
  const goBack = async ({ number }: AgentVersion) => {
    const sure = await askConfirm({
      title: t('versions.useTitle', { number }),
      message: t('versions.useText', { number }),
      confirm: t('versions.use'),
      danger: false,
    });
    if (!sure) return;
    try {
      await request('post', `${AGENTS}/${agent.id}/publish`, {
        body: { number },
        version: agent.version,
      });
      toastSuccess(t('versions.used', { number }));
    } catch (reason) {
      toastError(t('versions.notUsed'), reason);
    }
    await invalidatePaths(AGENTS);
  };
  const open = versions.find(({ number }) => number === shown);
  const changed = open && differences(open.settings, agent.settings);
  return (
    <Stack gap="md">
      <ul className={classes.list}>
        {versions.map((one) => (
          <li key={one.id} className={classes.version}>
            <div>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {t('versions.number', { number: one.number })}
                </Text>
                {one.is_published && <Badge color="green">{t('versions.talks')}</Badge>}
              </Group>
              <Text size="xs" c="dimmed">
                {[one.published_by_name, formatDateTime(one.published_at)]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
              <GateResult version={one} />
            </div>
            <Group gap="xs">
              <Button
                variant="subtle"
                size="xs"
                aria-label={t('versions.compareNamed', { number: one.number })}
                aria-pressed={one.number === shown}
                onClick={() =>
                  void navigate({
                    search: (old) => ({
                      ...old,
                      version: one.number === shown ? undefined : one.number,
                    }),
                    replace: true,
                  })
                }
              >
                {t('versions.compare')}
              </Button>
              {mayWrite && !one.is_published && (
                <Button
                  variant="default"
                  size="xs"
                  aria-label={t('versions.useNamed', { number: one.number })}
                  onClick={() => void goBack(one)}
                >
                  {t('versions.use')}
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ul>
      {open && changed && (
        <section aria-label={t('versions.against', { number: open.number })}>
          <Text size="sm" fw={500} mb="xs">
            {t('versions.against', { number: open.number })}
          </Text>
          {changed.length > 0 ? (
            <DifferenceList differences={changed} namesOf={namesOf} />
          ) : (
            <Text size="sm" c="dimmed">
              {t('versions.same')}
            </Text>
          )}
        </section>
      )}
    </Stack>
  );
}
