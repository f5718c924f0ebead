import { Badge, Group } from '@mantine/core';
import type { TFunction } from 'i18next';
import type { Schema } from '@/api/api';
import { formatDate, formatRelative } from '@/app/format';
import { leadName } from '@/app/lead-name';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import { Masked } from '@/components/masked';
import { ScoreBadge } from '@/components/score-badge';
import type { LeadRow } from './queries';
import { StatusMenu } from './status-menu';

/** A custom value as text. */
export function customText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join(', ');
  return String(value);
}

const shortTags = (tags: readonly string[]) => (
  <Group gap={4} wrap="nowrap">
    {tags.slice(0, 3).map((tag) => (
      <Badge key={tag} color="gray">
        {tag}
      </Badge>
    ))}
    {tags.length > 3 && <span>+{tags.length - 3}</span>}
  </Group>
);

/** Columns of the list: the standard ones, then the organisation's own fields (hidden at first). */
export function leadColumns(
  t: TFunction<'leads'>,
  owners: ReadonlyMap<string, string>,
  custom: readonly Schema<'CustomFieldRead'>[],
): DataColumn<LeadRow>[] {
  return [
    {
      id: 'name',
      header: t('field.name'),
      sortKey: 'full_name',
      size: 182,
      hideable: false,
      cell: (lead) => (
        <LinkAnchor
          c="inherit"
          fw={500}
          to={`/leads/${lead.id}` as never}
          className="tw-truncate"
          title={lead.full_name}
        >
          {leadName(lead, t('unnamed'))}
        </LinkAnchor>
      ),
    },
    {
      id: 'company',
      header: t('field.company'),
      sortKey: 'company_name',
      size: 148,
      cell: (lead) => lead.company_name ?? '',
    },
    {
      id: 'email',
      header: t('field.email'),
      sortKey: 'email',
      size: 160,
      cell: (lead) => <Masked value={lead.email} />,
    },
    {
      id: 'status',
      header: t('field.status'),
      sortKey: 'status',
      size: 112,
      cell: (lead) => <StatusMenu lead={lead} />,
    },
    {
      id: 'score',
      header: t('field.score'),
      sortKey: 'score',
      size: 158,
      cell: (lead) => <ScoreBadge score={lead.score} band={lead.score_band} />,
    },
    {
      id: 'owner',
      header: t('field.owner'),
      size: 124,
      cell: (lead) => (lead.owner_id ? (owners.get(lead.owner_id) ?? '') : ''),
    },
    {
      id: 'activity',
      header: t('field.activity'),
      sortKey: 'last_activity_at',
      size: 122,
      cell: (lead) => (lead.last_activity_at ? formatRelative(lead.last_activity_at) : ''),
    },
    {
      id: 'created',
      header: t('field.created'),
      sortKey: 'created_at',
      size: 116,
      cell: (lead) => formatDate(lead.created_at),
    },
    {
      id: 'title',
      header: t('field.job_title'),
      size: 180,
      hiddenByDefault: true,
      cell: (lead) => lead.job_title ?? '',
    },
    {
      id: 'phone',
      header: t('field.phone'),
      size: 150,
      hiddenByDefault: true,
      cell: (lead) => <Masked value={lead.phone} />,
    },
    {
      id: 'source',
      header: t('field.source'),
      sortKey: 'source',
      size: 140,
      hiddenByDefault: true,
      cell: (lead) => lead.source ?? '',
    },
    {
      id: 'country',
      header: t('field.country'),
      sortKey: 'country',
      size: 90,
      hiddenByDefault: true,
      cell: (lead) => lead.country ?? '',
    },
    {
      id: 'tags',
      header: t('field.tags'),
      size: 200,
      hiddenByDefault: true,
      cell: (lead) => shortTags(lead.tags),
    },
    ...custom.map(
      (field): DataColumn<LeadRow> => ({
        id: `custom.${field.key}`,
        header: field.label,
        size: 160,
        hiddenByDefault: true,
        align: field.kind === 'number' ? 'end' : 'start',
        cell: (lead) => customText(lead.custom[field.key]),
      }),
    ),
  ];
}
