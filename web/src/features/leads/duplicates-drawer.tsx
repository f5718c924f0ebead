import { Badge, Button, Drawer, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiKey, request } from '@/api/client';
import { formatDate, formatPercent } from '@/app/format';
import { IconGitMerge } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { runBulk } from './bulk';
import { MergeDialog } from './detail/merge-dialog';
import classes from './leads.module.css';
import { leadQuery } from './queries';

type Page = Schema<'DuplicateGroups'>;
type DuplicateGroup = Page['items'][number];

const PATH = '/api/v1/duplicates';
const ALIKE = ['all', 'email', 'phone', 'name'] as const;
type Alike = (typeof ALIKE)[number];

/** The oldest lead of a group beside the others, to be merged field by field. */
function MergeGroup({ group, onClose }: { group: DuplicateGroup; onClose: () => void }) {
  const { by, value, words, confidence } = group;
  const [first, ...others] = group.leads;
  const { data: lead } = useQuery(leadQuery(first?.id ?? ''));
  if (!lead) return null;
  return (
    <MergeDialog
      lead={lead}
      candidates={others.map((other) => ({
        ...other,
        confidence,
        reasons: [{ by, value, words, confidence }],
      }))}
      opened
      onClose={onClose}
    />
  );
}

function GroupCard({ group, onMerge }: { group: DuplicateGroup; onMerge: () => void }) {
  const { t } = useTranslation('leads');
  const mayWrite = useMay('leads:write');
  return (
    <li>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div className={classes.groupHead}>
          <Text component="h3" size="sm" fw={600} m={0}>
            {group.words}
          </Text>
          <Badge color="yellow">
            {t('duplicates.sure', { share: formatPercent(group.confidence) })}
          </Badge>
        </div>
        {mayWrite && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('duplicates.compareNamed', { what: group.words })}
            onClick={onMerge}
          >
            {t('duplicates.compare')}
          </Button>
        )}
      </Group>
      <ul className={classes.alike}>
        {group.leads.map((lead) => (
          <li key={lead.id}>
            <div>
              <LinkAnchor to={`/leads/${lead.id}` as never}>
                {leadName(lead, t('unnamed'))}
              </LinkAnchor>
              <Text size="xs" c="dimmed" className="tw-truncate">
                {[lead.job_title, lead.company_name, lead.email, lead.phone]
                  .filter(Boolean)
                  .join(' · ')}
              </Text>
            </div>
            <Text size="xs" c="dimmed" flex="none">
              {t('duplicates.since', { date: formatDate(lead.created_at) })}
            </Text>
          </li>
        ))}
      </ul>
      {group.count > group.leads.length && (
        <Text size="xs" c="dimmed">
          {t('duplicates.more', { count: group.count - group.leads.length })}
        </Text>
      )}
    </li>
  );
}

/** Leads of the whole organisation that look like one person: compared one by one, or merged in one go. */
export default function DuplicatesDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('leads');
  const mayMergeAll = useMay('leads:delete');
  const [alike, setAlike] = useState<Alike>('all');
  const [merging, setMerging] = useState<DuplicateGroup>();
  const query = { by: alike === 'all' ? undefined : alike, limit: 25 };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    {
      queryKey: [...apiKey(PATH, query), 'pages'],
      queryFn: ({ pageParam, signal }) =>
        request<Page>('get', PATH, { query: { ...query, cursor: pageParam }, signal }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const groups = data?.pages.flatMap((page) => page.items);
  const mergeAll = async () => {
    const sure = await askConfirm({
      title: t('duplicates.mergeAll'),
      message: t(`duplicates.mergeAllText.${alike}`),
      confirm: t('duplicates.mergeAll'),
    });
    if (!sure) return;
    await runBulk('/api/v1/leads/bulk', {
      action: 'merge_duplicates',
      filter: {},
      parameters: { by: alike === 'name' ? ['name'] : ['email'] },
    });
  };
  return (
    <Drawer opened onClose={onClose} size={560} title={t('duplicates.title')}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('duplicates.text')}
        </Text>
        <Group justify="space-between">
          <SegmentedControl
            aria-label={t('duplicates.by')}
            value={alike}
            onChange={(next) => setAlike(next as Alike)}
            data={ALIKE.map((value) => ({ value, label: t(`duplicates.alike.${value}`) }))}
          />
          {mayMergeAll && (alike === 'email' || alike === 'name') && groups?.length ? (
            <Button variant="default" onClick={() => void mergeAll()}>
              {t('duplicates.mergeAll')}
            </Button>
          ) : null}
        </Group>
        {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
        {!data && !error && (
          <>
            <LoadingLines lines={10} />
            <StillLoading onRetry={() => void refetch()} />
          </>
        )}
        {groups?.length === 0 && (
          <EmptyState icon={IconGitMerge} title={t('duplicates.none')} compact>
            {t(`duplicates.noneText.${alike}`)}
          </EmptyState>
        )}
        {groups && groups.length > 0 && (
          <ul className={classes.groups} aria-label={t('duplicates.title')}>
            {groups.map((group) => (
              <GroupCard
                key={`${group.by} ${group.value}`}
                group={group}
                onMerge={() => setMerging(group)}
              />
            ))}
          </ul>
        )}
        {hasNextPage && (
          <Button
            variant="default"
            loading={isFetchingNextPage}
            onClick={() => void fetchNextPage()}
          >
            {t('duplicates.showMore')}
          </Button>
        )}
      </Stack>
      {merging && <MergeGroup group={merging} onClose={() => setMerging(undefined)} />}
    </Drawer>
  );
}
