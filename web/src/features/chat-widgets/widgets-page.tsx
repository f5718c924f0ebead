import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { IconMessage } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ItemMenu, ItemSwitch } from '@/components/item-actions';
import { ItemCard } from '@/components/item-card';
import { CardList, ListPage } from '@/components/list-page';
import { WIDGETS, type Widget, widgetsQuery } from './queries';
import { SeenBadge } from './seen';
import { WidgetDialog } from './widget-dialog';

const SHOWN_DOMAINS = 2;

function Row({ widget, mayWrite }: { widget: Widget; mayWrite: boolean }) {
  const { t } = useTranslation('chat-widgets');
  const { id, name, settings, agent_name } = widget;
  const domains = settings.allowed_domains ?? [];
  const more = domains.length - SHOWN_DOMAINS;
  return (
    <ItemCard
      title={name}
      to={`/agents/widgets/${id}`}
      colour={settings.colour}
      badges={<SeenBadge widget={widget} />}
      facts={[
        agent_name === null ? t('list.defaultAgent') : t('list.agent', { name: agent_name }),
        domains.length === 0
          ? t('list.anySite')
          : domains.slice(0, SHOWN_DOMAINS).join(', ') +
            (more > 0 ? ` ${t('list.more', { count: more })}` : ''),
        settings.consent_required && t('list.consent'),
      ]}
      actions={
        <>
          <ItemSwitch
            list={WIDGETS}
            item={widget}
            title={name}
            label={t('list.on', { name })}
            disabled={!mayWrite}
          />
          {mayWrite && (
            <ItemMenu
              list={WIDGETS}
              item={widget}
              title={name}
              remove={{ title: t('delete.title'), text: t('delete.text', { name }) }}
            />
          )}
        </>
      }
    />
  );
}

/** Every chat widget, and whether a site carries it. */
export function WidgetsPage() {
  const { t } = useTranslation('chat-widgets');
  const mayWrite = useMay('agents:write');
  const query = useQuery(widgetsQuery());
  return (
    <ListPage
      query={query}
      title={t('title')}
      description={t('text')}
      begin={mayWrite && { label: t('new.add'), Dialog: WidgetDialog }}
      empty={{ icon: IconMessage, title: t('empty.title'), text: t('empty.text') }}
    >
      {(widgets) => (
        <CardList>
          {widgets.map((widget) => (
            <Row key={widget.id} widget={widget} mayWrite={mayWrite} />
          ))}
        </CardList>
      )}
    </ListPage>
  );
}
