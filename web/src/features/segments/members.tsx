import { ActionIcon, Stack, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { IconUsers, IconX } from '@/app/icons';
import { leadName } from '@/app/lead-name';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { LeadPicker } from '@/components/lead-picker';
import { LinkAnchor } from '@/components/link-anchor';
import { EmptyState } from '@/components/page-states';
import { ScoreBadge } from '@/components/score-badge';
import { toastError, toastUndo } from '@/components/toasts';
import {
  MEMBERS_SHOWN,
  type Member,
  membersQuery,
  PATH,
  type Segment,
  segmentQuery,
} from './queries';
import classes from './segments.module.css';

interface MembersProps {
  segment: Segment;
  readOnly: boolean;
  cursor: string | undefined;
  onCursor: (cursor: string | undefined) => void;
}

/** The leads of a static segment: add one, remove one. */
export function Members({ segment, readOnly, cursor, onCursor }: MembersProps) {
  const { t } = useTranslation('segments');
  const { data, error, refetch, isPlaceholderData } = useQuery(membersQuery(segment.id, cursor));
  // A new key empties the picker after each choice.
  const [picks, setPicks] = useState(0);
  const change = useMemo(
    () => async (body: { add?: string[]; remove?: string[] }) => {
      try {
        const saved = await request<Segment>('post', `${PATH}/${segment.id}/members`, { body });
        queryClient.setQueryData(segmentQuery(segment.id).queryKey, saved);
        return true;
      } catch (reason) {
        toastError(t('members.failed'), reason);
        return false;
      } finally {
        void invalidatePaths(PATH, '/api/v1/leads');
      }
    },
    [segment.id, t],
  );
  const columns = useMemo<DataColumn<Member>[]>(() => {
    const named = (lead: Member) => leadName(lead, t('unnamed'));
    const remove = async (lead: Member) => {
      if (await change({ remove: [lead.id] })) {
        toastUndo(t('members.removed', { name: named(lead) }), () => change({ add: [lead.id] }));
      }
    };
    const list: DataColumn<Member>[] = [
      {
        id: 'name',
        header: t('field.name'),
        hideable: false,
        size: 220,
        cell: (lead) => (
          <LinkAnchor c="inherit" fw={500} to={`/leads/${lead.id}` as never}>
            {named(lead)}
          </LinkAnchor>
        ),
      },
      { id: 'company', header: t('field.company'), size: 200, cell: (lead) => lead.company_name },
      {
        id: 'score',
        header: t('field.score'),
        size: 140,
        cell: (lead) => <ScoreBadge score={lead.score} band={lead.score_band} compact />,
      },
    ];
    if (!readOnly) {
      list.push({
        id: 'remove',
        header: t('members.removeHeader'),
        size: 90,
        align: 'end',
        cell: (lead) => (
          <ActionIcon
            aria-label={t('members.remove', { name: named(lead) })}
            onClick={() => void remove(lead)}
          >
            <IconX size={16} />
          </ActionIcon>
        ),
      });
    }
    return list;
  }, [t, readOnly, change]);
  return (
    <Stack gap="sm" component="section" aria-label={t('members.title')}>
      <Title order={2}>{t('members.title')}</Title>
      {!readOnly && (
        <div className={classes.adder}>
          <LeadPicker
            key={picks}
            label={t('members.add')}
            value={null}
            onChange={(lead) => {
              if (!lead) return;
              setPicks((count) => count + 1);
              void change({ add: [lead.id] });
            }}
          />
        </div>
      )}
      <DataTable
        label={t('members.title')}
        columns={columns}
        rows={data?.items}
        rowId={(lead) => lead.id}
        rowName={(lead) => leadName(lead, t('unnamed'))}
        error={error}
        onRetry={() => void refetch()}
        refreshing={isPlaceholderData}
        paging={{
          size: MEMBERS_SHOWN,
          onNext: data?.next_cursor ? () => onCursor(data.next_cursor ?? undefined) : undefined,
          onPrevious: data?.previous_cursor
            ? () => onCursor(data.previous_cursor ?? undefined)
            : undefined,
          total: data?.total,
        }}
        empty={
          <EmptyState icon={IconUsers} title={t('members.none')} compact>
            {t('members.noneText')}
          </EmptyState>
        }
      />
    </Stack>
  );
}
