import { Alert, Badge, Button, Group, List } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { IconAlertTriangle } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Columns, Editor, type EditorHandle, EditorTabs } from '@/components/editor';
import { ItemSwitch } from '@/components/item-actions';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { useDraft } from '@/components/use-draft';
import { BasicsTab } from './basics-tab';
import { bodyOf, type Draft, draftOf, type TabProps } from './draft';
import { HandOverTab } from './hand-over-tab';
import { KnowledgeTab } from './knowledge-tab';
import { PublishDialog } from './publish-dialog';
import { QualificationTab } from './qualification-tab';
import { AGENTS, type Agent, agentQuery, ofForm } from './queries';
import { SafetyTab } from './safety-tab';
import { TABS, type Tab } from './search';
import { StateBadge } from './state-badge';
import { TestPane } from './test-pane';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/_app/agents/$agentId');

const PANELS: Record<Exclude<Tab, 'versions'>, (props: TabProps) => React.ReactNode> = {
  basics: BasicsTab,
  knowledge: KnowledgeTab,
  qualification: QualificationTab,
  handover: HandOverTab,
  safety: SafetyTab,
};

/** Where the field of a refused value is found. */
const TAB_OF: Partial<Record<string, Tab>> = {
  topics: 'knowledge',
  verified_are_clients: 'knowledge',
  flow_id: 'qualification',
  event_type_id: 'qualification',
  hand_over: 'handover',
  urgency: 'handover',
  limits: 'safety',
};

function Content({ agent }: { agent: Agent }) {
  const { t } = useTranslation('agents');
  const { tab = 'basics' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('agents:write');
  const [publishing, setPublishing] = useState(false);
  const { form, changes, dirty } = useDraft<Draft>(draftOf(agent), {
    validate: {
      name: (value) => (value.trim() ? null : t('basics.nameMissing')),
      disclosure: (value) => (value.trim() ? null : t('basics.disclosureMissing')),
      openers: { text: (value) => (value.trim() ? null : t('basics.openerMissing')) },
      topics: {
        name: (value) => (value.trim() ? null : t('topics.nameMissing')),
        keywords: (value, { topics }, path) => {
          const { examples = [] } = topics[Number(path.split('.')[1])] ?? {};
          return value.length + examples.length > 0 ? null : t('topics.nothing');
        },
      },
    },
  });
  const editor = useRef<EditorHandle>(null);
  const [saving, setSaving] = useState(false);
  const publish = async () => {
    setSaving(dirty);
    const saved = !dirty || (await editor.current?.save());
    setSaving(false);
    setPublishing(saved === true);
  };
  const show = (next: Tab) =>
    void navigate({
      search: (old) => ({ ...old, tab: next === 'basics' ? undefined : next }),
      replace: true,
    });
  const Panel = tab === 'versions' ? undefined : PANELS[tab];
  const unpublished = agent.changed || agent.published === null;
  return (
    <>
      <PageHeader
        title={agent.name}
        beside={
          <>
            <StateBadge agent={agent} />
            {agent.changed && agent.published !== null && (
              <Badge color="yellow">{t('list.changed')}</Badge>
            )}
          </>
        }
        actions={
          <Group gap="md">
            <ItemSwitch
              list={AGENTS}
              item={agent}
              title={agent.name}
              label={t('list.on', { name: agent.name })}
              beside={t(agent.active ? 'state.on' : 'state.off')}
              disabled={!mayWrite}
            />
            {mayWrite && (unpublished || dirty) && (
              <Button loading={saving} onClick={() => void publish()}>
                {t(dirty ? 'publish.saveAndOpen' : 'publish.open')}
              </Button>
            )}
          </Group>
        }
      />
      {agent.warnings.length > 0 && (
        <Alert color="yellow" icon={<IconAlertTriangle size={16} />} title={t('warnings')}>
          <List size="sm">
            {agent.warnings.map((warning) => (
              <List.Item key={warning}>{warning}</List.Item>
            ))}
          </List>
        </Alert>
      )}
      <Columns share="half" sticky beside={<TestPane agent={agent} unsaved={dirty} />}>
        <Editor
          handle={editor}
          name={agent.name}
          form={form}
          dirty={dirty}
          readOnly={!mayWrite}
          stale={[AGENTS]}
          unsaved={t('unsaved')}
          onRefused={(field) => show(TAB_OF[field.split('.')[0] ?? ''] ?? 'basics')}
          onSave={async () => {
            const body = bodyOf(form.getValues(), changes);
            try {
              await request('patch', `${AGENTS}/${agent.id}`, { body, version: agent.version });
            } catch (reason) {
              throw ofForm(reason);
            }
          }}
        >
          <EditorTabs
            tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
            value={tab}
            onChange={show}
          >
            {Panel ? (
              <Panel form={form} readOnly={!mayWrite} />
            ) : (
              <VersionsTab agent={agent} mayWrite={mayWrite && !dirty} />
            )}
          </EditorTabs>
        </Editor>
      </Columns>
      {publishing && <PublishDialog agent={agent} onClose={() => setPublishing(false)} />}
    </>
  );
}

/** One agent: its settings on the left, a conversation with it on the right. */
export function AgentPage() {
  const { t } = useTranslation('agents');
  const { agentId } = route.useParams();
  const query = useQuery(agentQuery(agentId));
  return (
    <RecordPage
      query={query}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/agents', back: t('back') }}
    >
      {(agent) => <Content key={agent.id} agent={agent} />}
    </RecordPage>
  );
}
