import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatRelative, readerLanguage } from '@/app/format';
import { IconRobot } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { AgentDialog } from './agent-dialog';
import { languageName } from './languages';
import { AGENTS, type AgentSummary, agentsQuery, widgetsQuery } from './queries';
import { Satisfaction } from './satisfaction';
import { StateBadge } from './state-badge';

const SHOWN_LANGUAGES = 3;

const listed = (names: readonly string[]) =>
  new Intl.ListFormat(readerLanguage(), { type: 'unit' }).format(names);

interface RowProps {
  agent: AgentSummary;
  mayWrite: boolean;
  /** The widgets in use that it talks on; not known yet while they load. */
  widgets: readonly string[] | undefined;
}

function Row({ agent, mayWrite, widgets }: RowProps) {
  const { t } = useTranslation('agents');
  const { id, name, languages } = agent;
  const named = languages.slice(0, SHOWN_LANGUAGES).map(languageName).join(', ');
  const more = languages.length - SHOWN_LANGUAGES;
  return (
    <ItemCard
      title={name}
      to={`/agents/${id}`}
      badges={
        <>
          <StateBadge agent={agent} />
          {agent.is_default && <Badge color="gray">{t('list.default')}</Badge>}
          {agent.changed && agent.published !== null && (
            <Badge color="yellow">{t('list.changed')}</Badge>
          )}
        </>
      }
      facts={[
        widgets &&
          (widgets.length > 0
            ? t('list.talksOn', { names: listed(widgets), count: widgets.length })
            : t('list.nowhere')),
        t('list.conversations', { count: agent.conversations }),
        languages.length === 0
          ? t('list.allLanguages')
          : more > 0
            ? t('list.moreLanguages', { named, count: more })
            : named,
        agent.published_at !== null &&
          t('list.published', { when: formatRelative(agent.published_at) }),
      ]}
      actions={
        <>
          <ItemSwitch
            list={AGENTS}
            item={agent}
            title={name}
            label={t('list.on', { name })}
            disabled={!mayWrite}
          />
          {mayWrite && (
            <ItemMenu
              list={AGENTS}
              item={agent}
              title={name}
              remove={{ title: t('delete.title'), text: t('delete.text', { name }) }}
            />
          )}
        </>
      }
    />
  );
}

/** Every agent, what its conversations led to, and what clients think of it. */
export function AgentsPage() {
  const { t } = useTranslation('agents');
  const mayWrite = useMay('agents:write');
  const query = useQuery(agentsQuery());
  const widgets = useQuery(widgetsQuery()).data?.filter(({ active }) => active);
  const talksOn = ({ id, is_default }: AgentSummary) =>
    widgets
      ?.filter(({ agent_id }) => agent_id === id || (agent_id === null && is_default))
      .map(({ name }) => name);
  return (
    <ListPage
      query={query}
      title={t('title')}
      description={t('text')}
      begin={mayWrite && { label: t('new.add'), Dialog: AgentDialog }}
      empty={{ icon: IconRobot, title: t('empty.title'), text: t('empty.text') }}
    >
      {(agents) => (
        <>
          <CardList>
            {agents.map((agent) => (
              <Row key={agent.id} agent={agent} mayWrite={mayWrite} widgets={talksOn(agent)} />
            ))}
          </CardList>
          <Satisfaction />
        </>
      )}
    </ListPage>
  );
}
