import { Group, Progress, SegmentedControl, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatRelative, formatSpan } from '@/app/format';
import { IconSpeakerphone } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { ListSearch } from '@/components/filter-bar/filter-bar';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { useBegin } from '@/components/use-begin';
import { BarsTab } from './bars-tab';
import { CampaignDialog } from './campaign-dialog';
import classes from './campaigns.module.css';
import { amounts } from './figures';
import { type CampaignRow, campaignsQuery } from './queries';
import { type CampaignsSearch, STATES, type State } from './search';
import { StateBadge } from './state-badge';

const route = getRouteApi('/_app/campaigns/');

/** A draft is worked on, everything else is looked at. */
const pageOf = ({ id, state }: CampaignRow) =>
  state === 'draft' ? `/campaigns/${id}/edit` : `/campaigns/${id}`;

function Name({ campaign }: { campaign: CampaignRow }) {
  return (
    <LinkAnchor
      c="inherit"
      fw={500}
      to={pageOf(campaign) as never}
      className="tw-truncate"
      title={campaign.name}
    >
      {campaign.name}
    </LinkAnchor>
  );
}

function Goal({ goal }: Pick<CampaignRow, 'goal'>) {
  const { t } = useTranslation('campaigns');
  if (!goal.kind) return <span className={classes.none}>{t('list.noGoal')}</span>;
  const told = goal.target_count
    ? t('list.ofTarget', {
        reached: formatNumber(goal.reached),
        target: formatNumber(goal.target_count),
      })
    : formatNumber(goal.reached);
  return (
    <div className={classes.goal}>
      <span className="tw-truncate" title={goal.label}>
        <span className="tw-number">{told}</span> · {goal.label}
      </span>
      {goal.target_count !== null && (
        <Progress
          size={4}
          value={Math.min(100, (100 * goal.reached) / goal.target_count)}
          aria-label={t('list.progress', { goal: goal.label })}
        />
      )}
    </div>
  );
}

function Card({ campaign }: { campaign: CampaignRow }) {
  const { t } = useTranslation('campaigns');
  return (
    <Stack gap="xs">
      <Group justify="space-between" wrap="nowrap">
        <Name campaign={campaign} />
        <StateBadge state={campaign.state} />
      </Group>
      <Text size="sm" component="div">
        <Goal goal={campaign.goal} />
      </Text>
      <Text size="xs" c="dimmed" className="tw-number">
        {[
          t('list.enteredOf', { count: campaign.entered, shown: formatNumber(campaign.entered) }),
          t('list.sentOf', { count: campaign.sent, shown: formatNumber(campaign.sent) }),
          amounts(campaign.spend),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
    </Stack>
  );
}

function List({ search, begin }: { search: CampaignsSearch; begin: React.ReactNode }) {
  const { t } = useTranslation('campaigns');
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(campaignsQuery());
  const columns = useMemo<DataColumn<CampaignRow>[]>(
    () => [
      {
        id: 'name',
        header: t('field.name'),
        hideable: false,
        size: 230,
        cell: (row) => <Name campaign={row} />,
      },
      {
        id: 'state',
        header: t('list.state'),
        size: 96,
        cell: (row) => <StateBadge state={row.state} />,
      },
      { id: 'goal', header: t('list.goal'), size: 220, cell: (row) => <Goal goal={row.goal} /> },
      {
        id: 'entered',
        header: t('list.entered'),
        size: 80,
        align: 'end',
        cell: (row) => formatNumber(row.entered),
      },
      {
        id: 'sent',
        header: t('list.sent'),
        size: 80,
        align: 'end',
        cell: (row) => formatNumber(row.sent),
      },
      {
        id: 'spend',
        header: t('list.spend'),
        size: 164,
        align: 'end',
        cell: (row) => amounts(row.spend) || '–',
      },
      {
        id: 'channels',
        header: t('list.channels'),
        size: 110,
        cell: (row) => row.channels.map((channel) => t(`channel.${channel}`)).join(', '),
      },
      {
        id: 'when',
        header: t('list.when'),
        size: 180,
        cell: (row) => {
          const begun = row.launched_at ?? row.starts_at;
          if (!begun) return t('list.changed', { when: formatRelative(row.updated_at) });
          const ended = row.ended_at ?? row.ends_at;
          return ended ? formatSpan(begun, ended) : formatDate(begun);
        },
      },
    ],
    [t],
  );
  const wanted = search.q?.toLowerCase();
  const rows = data?.filter(
    ({ name, description, state }) =>
      (!search.state || state === search.state) &&
      (!wanted || `${name} ${description}`.toLowerCase().includes(wanted)),
  );
  const change = (next: Partial<CampaignsSearch>) =>
    void navigate({ search: (old) => ({ ...old, ...next }), replace: true });
  return (
    <>
      {data && data.length > 0 && (
        <Group gap="sm">
          <ListSearch query={search.q ?? ''} onQuery={(q) => change({ q })} />
          <Select
            aria-label={t('list.state')}
            placeholder={t('list.anyState')}
            w={160}
            clearable
            clearButtonProps={{ 'aria-label': t('list.clearState') }}
            data={STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
            value={search.state ?? null}
            onChange={(state) => change({ state: (state as State | null) ?? undefined })}
          />
        </Group>
      )}
      <DataTable
        label={t('title')}
        columns={columns}
        rows={rows}
        rowId={(row) => row.id}
        rowName={(row) => row.name}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => void navigate({ to: pageOf(row) as never })}
        card={(row) => <Card campaign={row} />}
        empty={
          data && data.length > 0 ? (
            <FilteredEmptyState
              title={t('list.noMatch')}
              onClear={() => change({ q: undefined, state: undefined })}
            />
          ) : (
            <EmptyState icon={IconSpeakerphone} title={t('list.empty')} action={begin}>
              {t('list.emptyText')}
            </EmptyState>
          )
        }
      />
    </>
  );
}

/** Campaigns: a list with how far each is, or all of them on one calendar. */
export function CampaignsPage() {
  const { t } = useTranslation('campaigns');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('campaigns:write');
  const { data } = useQuery(campaignsQuery());
  const { button, dialog } = useBegin(
    mayWrite && { label: t('list.add'), Dialog: CampaignDialog, at: '/edit' },
  );
  const { tab } = search;
  return (
    <Page layout={tab ? 'wide' : 'fill'}>
      <PageHeader
        title={t('title')}
        count={data?.length}
        description={t('text')}
        actions={data && data.length > 0 && button}
      />
      {data && data.length > 0 && (
        <SegmentedControl
          aria-label={t('list.view')}
          w="fit-content"
          value={tab ?? 'list'}
          data={[
            { value: 'list', label: t('list.list') },
            { value: 'timeline', label: t('list.timeline') },
          ]}
          onChange={(next) =>
            void navigate({
              search: (old) => ({ ...old, tab: next === 'timeline' ? next : undefined }),
            })
          }
        />
      )}
      {tab ? <BarsTab from={search.from} /> : <List search={search} begin={button} />}
      {dialog}
    </Page>
  );
}
