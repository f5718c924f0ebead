import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPercent, formatRelative } from '@/app/format';
import { IconFlask } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { SUITES, type SuiteSummary, suitesQuery } from './queries';
import { RunBadge } from './run-badge';
import { SuiteDialog } from './suite-dialog';

function Row({ suite, mayWrite }: { suite: SuiteSummary; mayWrite: boolean }) {
  const { t } = useTranslation('simulations');
  const run = suite.last_run;
  const { name } = suite;
  return (
    <ItemCard
      title={name}
      to={`/agents/simulations/${suite.id}`}
      badges={
        <>
          <RunBadge run={run} />
          {suite.gate && <Badge variant="outline">{t('list.gate')}</Badge>}
        </>
      }
      facts={[
        suite.agent_name || t('list.agentGone'),
        t('list.cases', { count: suite.cases }),
        run !== null && t('list.passed', { passed: run.passed, total: run.total }),
        run?.pass_k != null &&
          t('list.passK', { k: run.repetitions, value: formatPercent(run.pass_k) }),
        run !== null && formatRelative(run.created_at),
      ]}
      actions={
        mayWrite && (
          <ItemMenu
            list={SUITES}
            item={suite}
            title={name}
            remove={{ title: t('delete.title'), text: t('delete.text', { name }) }}
          />
        )
      }
    />
  );
}

/** Suites of simulated visitors, with what they say of their agents. */
export function SuitesPage() {
  const { t } = useTranslation('simulations');
  const mayWrite = useMay('agents:write');
  return (
    <ListPage
      query={useQuery(suitesQuery())}
      title={t('title')}
      description={t('text')}
      begin={mayWrite && { label: t('list.add'), Dialog: SuiteDialog }}
      empty={{ icon: IconFlask, title: t('list.empty'), text: t('list.emptyText') }}
    >
      {(suites) => (
        <CardList>
          {suites.map((suite) => (
            <Row key={suite.id} suite={suite} mayWrite={mayWrite} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
