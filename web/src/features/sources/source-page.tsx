import { Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { HealthBadge } from './badges';
import { DebuggerTab } from './debugger-tab';
import { OverviewTab } from './overview-tab';
import { type Source, sourceQuery } from './queries';
import { SchemaTab } from './schema-tab';
import { TABS, type Tab, tabValue } from './search';
import { SettingsTab } from './settings-tab';
import classes from './sources.module.css';

const route = getRouteApi('/_app/sources/$sourceId');

const PANELS: Record<Tab, (props: { source: Source }) => React.ReactNode> = {
  overview: OverviewTab,
  debugger: DebuggerTab,
  schema: SchemaTab,
  settings: SettingsTab,
};

/** One source: how it does, its events as they arrive, what they look like, its settings. */
export function SourcePage() {
  const { t } = useTranslation('sources');
  const { sourceId } = route.useParams();
  const { tab = 'overview' } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: source, error, refetch } = useQuery(sourceQuery(sourceId));
  if (error && !source) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/sources" back={t('back')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  if (!source) {
    return (
      <Page>
        <PageHeader title={t('one')} />
        <LoadingLines lines={10} />
      </Page>
    );
  }
  const Panel = PANELS[tab];
  return (
    <Page>
      <PageHeader
        title={source.name}
        description={[
          t(`kind.${source.kind}`),
          ...source.allowed_origins.slice(0, 2).map((site) => site.replace(/^https?:\/\//, '')),
        ].join(' · ')}
        beside={<HealthBadge health={source.health} />}
      />
      <Tabs
        value={tab}
        onChange={(next) => void navigate({ search: { tab: tabValue(next) } })}
        keepMounted={false}
      >
        <Tabs.List className={classes.tabs}>
          {TABS.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {t(`tab.${value}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab} pt="md">
          <Panel source={source} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
