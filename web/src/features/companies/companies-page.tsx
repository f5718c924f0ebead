import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { IconBuilding, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { usePreference } from '@/app/preferences';
import { ColumnMenu } from '@/components/data-table/column-menu';
import { DataTable } from '@/components/data-table/data-table';
import type { TableLayout } from '@/components/data-table/types';
import { ListSearch } from '@/components/filter-bar/filter-bar';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { companyColumns } from './columns';
import { NewCompany } from './company-form';
import { companiesQuery } from './queries';
import { type CompaniesSearch, DEFAULT_SIZE, DEFAULT_SORT } from './search';

const route = getRouteApi('/_app/companies/');

/** All companies: search, owner, sort, pages. */
export function CompaniesPage() {
  const { t } = useTranslation('companies');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const mayWrite = useMay('leads:write');
  const members = useMembers();
  const { data, error, refetch, isPlaceholderData } = useQuery(companiesQuery(search));
  const [layout, setLayout] = usePreference<TableLayout>('companies_table', {});
  const columns = useMemo(() => companyColumns(t, members.nameOf), [t, members.nameOf]);
  const change = (next: Partial<CompaniesSearch>, replace = true) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...next }), replace });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const open = (id: string) => void go({ to: '/companies/$companyId', params: { companyId: id } });
  const create = () => change({ create: 'company' }, false);
  return (
    <Page layout="fill">
      <PageHeader
        title={t('title')}
        count={data?.total?.exact ? data.total.value : undefined}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={create}>
              {t('create.title')}
            </Button>
          )
        }
      />
      <Group gap="xs" component="search">
        <ListSearch query={search.q ?? ''} onQuery={(q) => change({ q })} />
        <Select
          aria-label={t('field.owner_id')}
          placeholder={t('anyOwner')}
          data={members.options}
          value={search.owner ?? null}
          clearable
          onChange={(owner) => change({ owner: owner ?? undefined })}
        />
        <Group gap="xs" ml="auto" visibleFrom="sm">
          <ColumnMenu columns={columns} layout={layout} onLayout={setLayout} />
        </Group>
      </Group>
      <DataTable
        label={t('title')}
        columns={columns}
        rows={data?.items}
        rowId={(company) => company.id}
        rowName={(company) => company.name}
        sort={search.sort ?? DEFAULT_SORT}
        onSort={(sort) => change({ sort: sort === DEFAULT_SORT ? undefined : sort })}
        refreshing={isPlaceholderData}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(company) => open(company.id)}
        layout={layout}
        onLayout={setLayout}
        card={(company) => (
          <Stack gap={4}>
            <LinkAnchor
              to="/companies/$companyId"
              params={{ companyId: company.id }}
              c="inherit"
              fw={500}
              className="tw-truncate"
            >
              {company.name}
            </LinkAnchor>
            <Group justify="space-between" wrap="nowrap" gap="sm">
              <Text size="sm" c="dimmed" className="tw-truncate">
                {[company.industry, company.domain].filter(Boolean).join(' · ')}
              </Text>
              <Text size="sm" c="dimmed" flex="none">
                {t('people', { count: company.people_count ?? 0 })}
              </Text>
            </Group>
          </Stack>
        )}
        paging={{
          size: search.size ?? DEFAULT_SIZE,
          onSize: (size) =>
            change({ size: size === DEFAULT_SIZE ? undefined : (size as 25 | 100) }),
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
          total: data?.total,
        }}
        empty={
          search.q || search.owner ? (
            <FilteredEmptyState
              title={t('noMatch')}
              onClear={() => void navigate({ search: {}, replace: true })}
            />
          ) : (
            <EmptyState
              icon={IconBuilding}
              title={t('empty.title')}
              action={
                mayWrite && (
                  <Button variant="default" onClick={create}>
                    {t('create.title')}
                  </Button>
                )
              }
            >
              {t('empty.text')}
            </EmptyState>
          )
        }
      />
      <NewCompany
        opened={search.create === 'company'}
        onClose={() => change({ create: undefined })}
        onCreated={(company) => open(company.id)}
      />
    </Page>
  );
}
