import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { PageTabs } from '@/components/page-tabs';
import { Builder } from './builder';
import { JourneyActions } from './journey-actions';
import { JourneyBadges } from './journeys-page';
import { PeopleTab } from './people-tab';
import { type Journey, journeyQuery } from './queries';
import { RehearsalTab } from './rehearsal-tab';
import { ResultsTab } from './results-tab';
import { TABS, type Tab } from './search';
import { SettingsTab } from './settings-tab';
import { type JourneyEditing, useJourneyDraft } from './use-journey-draft';
import { VersionsTab } from './versions-tab';

const route = getRouteApi('/_app/journeys/$journeyId');

/** What each tab is given. */
export interface TabProps {
  journey: Journey;
  draft: JourneyEditing;
  readOnly: boolean;
}

const PANELS: Record<Tab, (props: TabProps) => ReactNode> = {
  build: Builder,
  people: PeopleTab,
  results: ResultsTab,
  rehearsal: RehearsalTab,
  versions: VersionsTab,
  settings: SettingsTab,
};

function Opened({ journey }: { journey: Journey }) {
  const { t } = useTranslation('journeys');
  const { tab = 'build' } = route.useSearch();
  const navigate = route.useNavigate();
  const readOnly = !useMay('campaigns:write');
  const draft = useJourneyDraft(journey, readOnly);
  const Panel = PANELS[tab];
  return (
    <Page layout={tab === 'build' ? 'fill' : 'wide'}>
      <PageHeader
        title={journey.name}
        beside={<JourneyBadges journey={journey} />}
        actions={<JourneyActions journey={journey} draft={draft} />}
      />
      <PageTabs
        label={t('tabs')}
        tabs={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        value={tab}
        onChange={(value) =>
          void navigate({ search: { tab: value === 'build' ? undefined : value } })
        }
        fill={tab === 'build'}
      >
        <Panel journey={journey} draft={draft} readOnly={readOnly} />
      </PageTabs>
    </Page>
  );
}

/** One journey: its drawing, its people, what came of it, its rehearsals and versions. */
export function JourneyPage() {
  const { t } = useTranslation('journeys');
  const { journeyId } = route.useParams();
  const { data, error, refetch } = useQuery(journeyQuery(journeyId));
  if (data) return <Opened key={data.id} journey={data} />;
  if (error) {
    return [404, 422].includes(toApiError(error).status) ? (
      <NotFoundState title={t('notFound')} to="/journeys" back={t('back')} />
    ) : (
      <ErrorState error={error} order={1} onRetry={() => void refetch()} />
    );
  }
  return (
    <Page>
      <PageHeader title={t('one')} />
      <LoadingLines lines={12} height={24} />
    </Page>
  );
}
