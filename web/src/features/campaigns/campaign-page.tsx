import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { IconSpeakerphone } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkAnchor, LinkButton } from '@/components/link-anchor';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { PageTabs } from '@/components/page-tabs';
import { RecordPage } from '@/components/record-page';
import { CampaignActions } from './campaign-actions';
import { type Campaign, campaignQuery, type Results } from './queries';
import { ActivityTab } from './results/activity-tab';
import { MoneyTab } from './results/money-tab';
import { OverviewTab } from './results/overview-tab';
import { PeopleTab } from './results/people-tab';
import { resultsQuery } from './results/queries';
import { VariantsTab } from './results/variants-tab';
import { TABS, type Tab } from './search';
import { StateBadge } from './state-badge';

const route = getRouteApi('/_app/campaigns/$campaignId/');

/** What each tab is given. */
export interface TabProps {
  campaign: Campaign;
  results: Results;
}

const PANELS: Record<Tab, (props: TabProps) => ReactNode> = {
  overview: OverviewTab,
  variants: VariantsTab,
  money: MoneyTab,
  people: PeopleTab,
  activity: ActivityTab,
};

/** When it ran, what it is for, and the journeys that belong to it. */
function Facts({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { launched_at, starts_at, ended_at, ends_at, goal, journeys, description } = campaign;
  const facts = [
    goal.label,
    launched_at
      ? t('page.began', { at: formatDateTime(launched_at) })
      : starts_at && t('page.begins', { at: formatDateTime(starts_at) }),
    ended_at
      ? t('page.ended', { at: formatDateTime(ended_at) })
      : ends_at && t('page.ends', { at: formatDateTime(ends_at) }),
    description,
  ].filter(Boolean);
  return (
    <>
      {facts.join(' · ')}
      {journeys.map(({ id, name, composed }) => (
        <span key={id}>
          {' · '}
          <LinkAnchor underline="always" to="/journeys/$journeyId" params={{ journeyId: id }}>
            {composed ? t('page.journey') : name}
          </LinkAnchor>
        </span>
      ))}
    </>
  );
}

function Begun({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { tab = 'overview' } = route.useSearch();
  const navigate = route.useNavigate();
  const maySeeLog = useMay('audit:read');
  const moving = campaign.state === 'live';
  const { data, error, refetch } = useQuery(resultsQuery(campaign.id, moving));
  const Panel = PANELS[tab];
  return (
    <PageTabs
      label={t('page.tabs')}
      tabs={TABS.filter((value) => value !== 'activity' || maySeeLog).map((value) => ({
        value,
        label: t(`tab.${value}`),
      }))}
      value={tab}
      onChange={(value) =>
        void navigate({ search: { tab: value === 'overview' ? undefined : value } })
      }
    >
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={6} height={72} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data && <Panel campaign={campaign} results={data} />}
    </PageTabs>
  );
}

function Opened({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const mayWrite = useMay('campaigns:write');
  const draft = campaign.state === 'draft' || campaign.state === 'scheduled';
  return (
    <>
      <PageHeader
        title={campaign.name}
        beside={<StateBadge state={campaign.state} />}
        description={<Facts campaign={campaign} />}
        actions={<CampaignActions campaign={campaign} />}
      />
      {campaign.trouble && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {campaign.trouble}
        </Text>
      )}
      {draft ? (
        <EmptyState
          icon={IconSpeakerphone}
          title={t(campaign.state === 'draft' ? 'page.draft' : 'page.scheduled')}
          action={
            mayWrite && (
              <LinkButton
                variant={campaign.state === 'draft' ? 'filled' : 'default'}
                to="/campaigns/$campaignId/edit"
                params={{ campaignId: campaign.id }}
              >
                {t(campaign.state === 'draft' ? 'page.continue' : 'page.look')}
              </LinkButton>
            )
          }
        >
          {t(campaign.state === 'draft' ? 'page.draftText' : 'page.scheduledText', {
            at: campaign.starts_at ? formatDateTime(campaign.starts_at) : '',
          })}
        </EmptyState>
      ) : (
        <Begun campaign={campaign} />
      )}
    </>
  );
}

/** One campaign: what came of it, what it cost, who is in it, and what can be done. */
export function CampaignPage() {
  const { t } = useTranslation('campaigns');
  const { campaignId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(campaignQuery(campaignId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/campaigns', back: t('back') }}
    >
      {(campaign) => <Opened key={campaign.id} campaign={campaign} />}
    </RecordPage>
  );
}
