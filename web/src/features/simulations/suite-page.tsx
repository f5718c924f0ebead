import { Button, Group, NumberInput, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconPlayerPlay } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { EditorTabs } from '@/components/editor';
import { LinkAnchor } from '@/components/link-anchor';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { toastError } from '@/components/toasts';
import { CaseDialog } from './case-dialog';
import { CasesTab } from './cases-tab';
import { isRunning, reportQuery, SUITES, type Suite, suiteQuery } from './queries';
import { ReportTab } from './report-tab';
import { TABS, type Tab } from './search';

const route = getRouteApi('/_app/agents/simulations/$suiteId');

function Settings({ suite, mayWrite }: { suite: Suite; mayWrite: boolean }) {
  const { t } = useTranslation('simulations');
  const [repetitions, setRepetitions] = useState<number | string>(suite.repetitions);
  const change = async (body: { gate?: boolean; repetitions?: number }) => {
    try {
      await request('patch', `${SUITES}/${suite.id}`, { body, version: suite.version });
    } catch (reason) {
      toastError(t('suite.notChanged'), reason);
    }
    await invalidatePaths(SUITES);
  };
  return (
    <Group gap="lg" align="end">
      <NumberInput
        label={t('suite.repetitions')}
        w={140}
        min={1}
        max={20}
        value={repetitions}
        disabled={!mayWrite}
        onChange={setRepetitions}
        onBlur={() => {
          const wanted = Number(repetitions);
          if (wanted >= 1 && wanted <= 20 && wanted !== suite.repetitions) {
            void change({ repetitions: wanted });
          } else setRepetitions(suite.repetitions);
        }}
      />
      <Switch
        label={t('suite.gate')}
        description={t('suite.gateText')}
        checked={suite.gate}
        disabled={!mayWrite}
        onChange={(event) => void change({ gate: event.currentTarget.checked })}
      />
    </Group>
  );
}

function SuiteView({ suite }: { suite: Suite }) {
  const { t } = useTranslation('simulations');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('agents:write');
  const [starting, setStarting] = useState(false);
  const { tab = suite.last_run ? 'report' : 'cases' } = search;
  const { data: live } = useQuery({
    ...reportQuery(suite.id, suite.last_run?.id ?? ''),
    enabled: isRunning(suite.last_run),
  });
  const running = isRunning(live ?? suite.last_run);
  const start = async () => {
    setStarting(true);
    try {
      await request('post', `${SUITES}/${suite.id}/runs`, {});
      await invalidatePaths(SUITES);
      void navigate({ search: { tab: 'report' } });
    } catch (reason) {
      toastError(t('run.failed'), reason);
    }
    setStarting(false);
  };
  const open = (id: string | undefined) =>
    void navigate({ search: { tab: 'cases', ...(id ? { case: id } : {}) } });
  const edited = suite.items.find(({ id }) => id === search.case);
  return (
    <>
      <PageHeader
        title={suite.name}
        description={
          <LinkAnchor to={`/agents/${suite.agent_id}` as never}>
            {t('suite.of', { agent: suite.agent_name || t('list.agentGone') })}
          </LinkAnchor>
        }
        actions={
          mayWrite && (
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              loading={starting || running}
              disabled={suite.items.length === 0}
              onClick={() => void start()}
            >
              {t('run.start')}
            </Button>
          )
        }
      />
      <Settings key={suite.version} suite={suite} mayWrite={mayWrite} />
      <EditorTabs
        tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        value={tab}
        onChange={(next: Tab) => void navigate({ search: { tab: next } })}
      >
        {tab === 'report' ? (
          <ReportTab
            suite={suite}
            runId={search.run}
            onChoose={(run) =>
              void navigate({ search: { tab: 'report', ...(run ? { run } : {}) } })
            }
          />
        ) : (
          <CasesTab suite={suite} mayWrite={mayWrite} onOpen={open} />
        )}
      </EditorTabs>
      {search.case && mayWrite && (edited || search.case === 'new') && (
        <CaseDialog suiteId={suite.id} found={edited} onClose={() => open(undefined)} />
      )}
    </>
  );
}

/** One suite: its visitors, and what became of them. */
export function SuitePage() {
  const { t } = useTranslation('simulations');
  const { suiteId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(suiteQuery(suiteId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/agents/simulations', back: t('back') }}
    >
      {(suite) => <SuiteView suite={suite} />}
    </RecordPage>
  );
}
