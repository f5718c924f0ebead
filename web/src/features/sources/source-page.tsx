import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { PageTabs } from '@/components/page-tabs';
import { HealthBadge } from './badges';
import { DebuggerTab } from './debugger-tab';
import { OverviewTab } from './overview-tab';
import { type Source, sourceQuery } from './queries';
import { SchemaTab } from './schema-tab';
import { TABS, type Tab, tabValue } from './search';
import { SettingsTab } from './settings-tab';

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
      <PageTabs
        tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        value={tab}
        onChange={(next) => void navigate({ search: { tab: tabValue(next) } })}
      >
        <Panel source={source} />
      </PageTabs>
    </Page>
  );
}
