import { Badge, Group } from '@mantine/core';
import type { TFunction } from 'i18next';
import { formatCountry, formatDate, formatNumber } from '@/app/format';
import type { DataColumn } from '@/components/data-table/types';
import { LinkAnchor } from '@/components/link-anchor';
import type { Company } from './queries';

/** Columns of the list of companies. */
export function companyColumns(
  t: TFunction<'companies'>,
  nameOf: (id: string | null) => string,
): DataColumn<Company>[] {
  return [
    {
      id: 'name',
      header: t('field.name'),
      sortKey: 'name',
      size: 220,
      hideable: false,
      cell: (company) => (
        <LinkAnchor
          c="inherit"
          fw={500}
          to="/companies/$companyId"
          params={{ companyId: company.id }}
          className="tw-truncate"
          title={company.name}
        >
          {company.name}
        </LinkAnchor>
      ),
    },
    {
      id: 'domain',
      header: t('field.domain'),
      sortKey: 'domain',
      size: 190,
      cell: (company) => company.domain ?? '',
    },
    {
      id: 'industry',
      header: t('field.industry'),
      sortKey: 'industry',
      size: 150,
      cell: (company) => company.industry ?? '',
    },
    {
      id: 'country',
      header: t('field.country'),
      sortKey: 'country',
      size: 124,
      cell: (company) => formatCountry(company.country),
    },
    {
      id: 'people',
      header: t('field.people'),
      size: 90,
      align: 'end',
      cell: (company) => formatNumber(company.people_count ?? 0),
    },
    {
      id: 'employees',
      header: t('field.employee_count'),
      sortKey: 'employee_count',
      size: 110,
      align: 'end',
      cell: (company) =>
        company.employee_count === null ? '' : formatNumber(company.employee_count),
    },
    {
      id: 'owner',
      header: t('field.owner_id'),
      size: 136,
      cell: (company) => nameOf(company.owner_id),
    },
    {
      id: 'tags',
      header: t('field.tags'),
      size: 180,
      hiddenByDefault: true,
      cell: (company) => (
        <Group gap={4} wrap="nowrap">
          {company.tags.slice(0, 3).map((tag) => (
            <Badge key={tag} color="gray">
              {tag}
            </Badge>
          ))}
        </Group>
      ),
    },
    {
      id: 'created',
      header: t('field.created_at'),
      sortKey: 'created_at',
      size: 116,
      cell: (company) => formatDate(company.created_at),
    },
  ];
}
