import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatRelative } from '@/app/format';
import { IconFilter, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import type { Condition } from '@/components/filter-bar/condition';
import { describe } from '@/components/filter-bar/describe';
import { LinkAnchor, LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState } from '@/components/page-states';
import { fieldsQuery, type Segment, segmentsQuery } from './queries';

/** All segments with what they mean and how many leads they hold. */
export function SegmentsPage() {
  const { t } = useTranslation('segments');
  const { t: kit } = useTranslation('components');
  const go = useNavigate();
  const mayWrite = useMay('segments:write');
  const { data, error, refetch } = useQuery(segmentsQuery());
  const fields = useQuery(fieldsQuery()).data?.fields;
  const columns = useMemo<DataColumn<Segment>[]>(
    () => [
      {
        id: 'name',
        header: t('field.name'),
        hideable: false,
        size: 220,
        cell: (segment) => (
          <LinkAnchor
            c="inherit"
            fw={500}
            to="/segments/$segmentId"
            params={{ segmentId: segment.id }}
            title={segment.name}
          >
            {segment.name}
          </LinkAnchor>
        ),
      },
      {
        id: 'kind',
        header: t('field.kind'),
        size: 110,
        cell: (segment) => <Badge color="gray">{t(`kind.${segment.kind}`)}</Badge>,
      },
      {
        id: 'meaning',
        header: t('field.meaning'),
        size: 420,
        cell: (segment) => {
          const words =
            segment.condition && fields
              ? describe(segment.condition as unknown as Condition, fields, kit)
              : segment.description;
          return <span title={words}>{words}</span>;
        },
      },
      {
        id: 'members',
        header: t('field.members'),
        size: 100,
        align: 'end',
        cell: (segment) =>
          segment.member_count === null ? '–' : formatNumber(segment.member_count),
      },
      {
        id: 'counted',
        header: t('field.counted'),
        size: 130,
        cell: (segment) =>
          segment.counted_at && (
            <span title={formatDateTime(segment.counted_at)}>
              {formatRelative(segment.counted_at)}
            </span>
          ),
      },
    ],
    [t, kit, fields],
  );
  return (
    <Page layout="fill">
      <PageHeader
        title={t('title')}
        count={data?.length}
        actions={
          mayWrite && (
            <LinkButton to="/segments/new" leftSection={<IconPlus size={16} />}>
              {t('new')}
            </LinkButton>
          )
        }
      />
      <DataTable
        label={t('title')}
        columns={columns}
        rows={data}
        rowId={(segment) => segment.id}
        rowName={(segment) => segment.name}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(segment) =>
          void go({ to: '/segments/$segmentId', params: { segmentId: segment.id } })
        }
        card={(segment) => (
          <Stack gap={4}>
            <Group justify="space-between" wrap="nowrap">
              <LinkAnchor
                c="inherit"
                fw={500}
                to={`/segments/${segment.id}` as never}
                className="tw-truncate"
              >
                {segment.name}
              </LinkAnchor>
              <Badge color="gray">{t(`kind.${segment.kind}`)}</Badge>
            </Group>
            <Text size="sm" c="dimmed">
              {segment.member_count === null
                ? t('uncounted')
                : t('members.count', {
                    count: segment.member_count,
                    number: formatNumber(segment.member_count),
                  })}
            </Text>
          </Stack>
        )}
        empty={
          <EmptyState icon={IconFilter} title={t('empty.title')}>
            {t('empty.text')}
          </EmptyState>
        }
      />
    </Page>
  );
}
