import { Alert, Button, Group, List } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { IconAlertTriangle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Columns, Editor, EditorTabs } from '@/components/editor';
import { ItemSwitch } from '@/components/item-actions';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { useDraft } from '@/components/use-draft';
import { BasicsTab } from './basics-tab';
import { changeOf, type Draft, draftOf } from './draft';
import { FlowBadges } from './flows-page';
import type { TabProps } from './form';
import { OutcomesTab } from './outcomes-tab';
import { PublishDialog } from './publish-dialog';
import { FLOWS, type Flow, flowQuery } from './queries';
import { QuestionsTab } from './questions-tab';
import { RunsTab } from './runs-tab';
import { TABS, type Tab } from './search';
import { TryPane } from './try-pane';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/_app/agents/flows/$flowId');
const MOST_SHOWN = 6;

const PANELS: Record<Tab, (props: TabProps) => React.ReactNode> = {
  questions: QuestionsTab,
  outcomes: OutcomesTab,
  basics: BasicsTab,
  runs: RunsTab,
  versions: VersionsTab,
};
/** Where the field of a refused value is found. */
const TAB_OF: Record<string, Tab> = {
  name: 'basics',
  description: 'basics',
  language: 'basics',
  scoring: 'outcomes',
  outcomes: 'outcomes',
  otherwise: 'outcomes',
};

/** What keeps the stored draft from being published. */
function Problems({ problems }: Pick<Flow, 'problems'>) {
  const { t } = useTranslation('flows');
  if (problems.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle size={18} />}
      title={t('problems.title', { count: problems.length })}
    >
      <List size="sm">
        {problems.slice(0, MOST_SHOWN).map(({ field, message }) => (
          <List.Item key={`${field}${message}`}>{message}</List.Item>
        ))}
      </List>
      {problems.length > MOST_SHOWN && t('problems.more', { count: problems.length - MOST_SHOWN })}
    </Alert>
  );
}

function FlowEditor({ flow }: { flow: Flow }) {
  const { t } = useTranslation('flows');
  const { tab = 'questions' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('agents:write');
  const { form, changes, dirty } = useDraft<Draft>(draftOf(flow), {
    validate: ({ name }) => (name.trim() ? {} : { name: t('problem.name') }),
  });
  const show = (next: Tab) =>
    void navigate({ search: { tab: next === 'questions' ? undefined : next } });
  const Panel = PANELS[tab];
  return (
    <Columns
      share="fifths"
      sticky
      beside={<TryPane flowId={flow.id} draft={form.values} dirty={dirty} />}
    >
      <Editor
        name={flow.name}
        form={form}
        dirty={dirty}
        readOnly={readOnly}
        unsaved={t('unsaved')}
        onSave={() =>
          request('patch', `${FLOWS}/${flow.id}`, {
            body: changeOf(changes, form.values),
            version: flow.version,
          })
        }
        stale={[FLOWS]}
        onRefused={(field) => show(TAB_OF[field.replace('draft.', '').split('.')[0] ?? ''] ?? tab)}
      >
        {!dirty && <Problems problems={flow.problems} />}
        <EditorTabs
          tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
          value={tab}
          onChange={show}
        >
          <Panel flow={flow} form={form} readOnly={readOnly} dirty={dirty} />
        </EditorTabs>
      </Editor>
    </Columns>
  );
}

function Actions({ flow }: { flow: Flow }) {
  const { t } = useTranslation('flows');
  const mayWrite = useMay('agents:write');
  const [publishing, setPublishing] = useState(false);
  return (
    <Group gap="md">
      <FlowBadges flow={flow} />
      <ItemSwitch
        list={FLOWS}
        item={flow}
        title={flow.name}
        label={t('list.on', { name: flow.name })}
        beside={t(flow.active ? 'state.on' : 'state.off')}
        disabled={!mayWrite}
      />
      {mayWrite && (
        <Button
          disabled={!flow.unpublished_changes || flow.problems.length > 0}
          onClick={() => setPublishing(true)}
        >
          {t('publish.open')}
        </Button>
      )}
      {publishing && <PublishDialog flow={flow} onClose={() => setPublishing(false)} />}
    </Group>
  );
}

/** One flow: the editor on the left, a conversation with the draft on the right. */
export function FlowPage() {
  const { t } = useTranslation('flows');
  const { flowId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(flowQuery(flowId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/agents/flows', back: t('back') }}
    >
      {(flow) => (
        <>
          <PageHeader title={flow.name} actions={<Actions flow={flow} />} />
          <FlowEditor key={flow.id} flow={flow} />
        </>
      )}
    </RecordPage>
  );
}
