import { Badge, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconListCheck } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { FlowDialog } from './flow-dialog';
import { FLOWS, type FlowRow, flowsQuery } from './queries';

/** Whether a flow runs, and whether its draft is ahead of what runs. */
export function FlowBadges({ flow }: { flow: FlowRow }) {
  const { t } = useTranslation('flows');
  if (flow.published_number === null) return <Badge color="gray">{t('state.draft')}</Badge>;
  return (
    <Group gap={4}>
      <Badge color="green">{t('state.published', { number: flow.published_number })}</Badge>
      {flow.unpublished_changes && <Badge color="yellow">{t('state.changes')}</Badge>}
    </Group>
  );
}

function Row({ flow, mayWrite }: { flow: FlowRow; mayWrite: boolean }) {
  const { t } = useTranslation('flows');
  const { qualified = 0, unqualified = 0, incomplete = 0, running = 0 } = flow.runs;
  const count = qualified + unqualified + incomplete + running;
  return (
    <ItemCard
      title={flow.name}
      to={`/agents/flows/${flow.id}`}
      badges={<FlowBadges flow={flow} />}
      facts={[
        t('list.questions', { count: flow.question_count }),
        t('list.runs', { count }),
        count > 0 && t('list.qualified', { count: qualified }),
        flow.description,
      ]}
      actions={
        <>
          <ItemSwitch
            list={FLOWS}
            item={flow}
            title={flow.name}
            label={t('list.on', { name: flow.name })}
            disabled={!mayWrite}
          />
          {mayWrite && (
            <ItemMenu
              list={FLOWS}
              item={flow}
              title={flow.name}
              remove={{ title: t('delete.title'), text: t('delete.text', { name: flow.name }) }}
            />
          )}
        </>
      }
    />
  );
}

/** Flows of questions that agents ask. */
export function FlowsPage() {
  const { t } = useTranslation('flows');
  const mayWrite = useMay('agents:write');
  return (
    <ListPage
      query={useQuery(flowsQuery())}
      title={t('title')}
      description={t('text')}
      begin={mayWrite && { label: t('list.add'), Dialog: FlowDialog }}
      empty={{ icon: IconListCheck, title: t('list.empty'), text: t('list.emptyText') }}
    >
      {(flows) => (
        <CardList>
          {flows.map((flow) => (
            <Row key={flow.id} flow={flow} mayWrite={mayWrite} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
