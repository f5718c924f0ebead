import { Badge, Button, Card, Group, Select, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber } from '@/app/format';
import { IconDownload, IconPlus, IconSearch, IconShieldLock, IconUpload } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { EmptyState, FilteredEmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { AddDialog, ReleaseDialog } from './add-dialog';
import { ImportDialog } from './import-dialog';
import { countsQuery, SUPPRESSIONS, type Suppression, suppressionsQuery } from './queries';
import { CHANNELS, REASONS } from './search';

const route = getRouteApi('/_app/settings/privacy');

function Counts() {
  const { t } = useTranslation('privacy');
  const { data } = useQuery(countsQuery());
  if (!data || data.length === 0) return null;
  return (
    <Group gap="xs">
      {data.map((count) => (
        <Badge key={`${count.channel} ${count.reason}`} variant="light" color="gray" size="lg">
          {t('suppression.count', {
            channel: t(`channel.${count.channel}`),
            reason: t(`reason.${count.reason}`),
            count: count.contacts,
            shown: formatNumber(count.contacts),
          })}
        </Badge>
      ))}
    </Group>
  );
}

/** Contact points that get nothing, or only what they asked for. */
export function SuppressionsCard() {
  const { t } = useTranslation('privacy');
  const mayWrite = useMay('privacy:write');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch, isPlaceholderData } = useQuery(suppressionsQuery(search));
  const [dialog, setDialog] = useState<'add' | 'import' | Suppression>();
  const [typed, setTyped] = useState(search.address ?? '');
  const filter = (changed: object) =>
    void navigate({ search: (old) => ({ ...old, ...changed, cursor: undefined }), replace: true });
  const find = useDebouncedCallback((text: string) => {
    filter({ address: text.trim().length > 2 ? text.trim() : undefined });
  }, 300);
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const columns = useMemo<DataColumn<Suppression>[]>(
    () => [
      {
        id: 'address',
        header: t('suppression.address'),
        cell: (row) => row.address ?? t('suppression.forgotten'),
        size: 240,
        hideable: false,
      },
      {
        id: 'channel',
        header: t('suppression.channel'),
        cell: (row) => t(`channel.${row.channel}`),
        size: 90,
      },
      {
        id: 'reason',
        header: t('suppression.reason'),
        cell: (row) => t(`reason.${row.reason}`),
        size: 150,
      },
      {
        id: 'scope',
        header: t('suppression.stops'),
        cell: (row) => t(`scope.${row.scope}`),
        size: 190,
      },
      {
        id: 'at',
        header: t('suppression.since'),
        cell: (row) => formatDate(row.at),
        size: 110,
      },
      ...(mayWrite
        ? [
            {
              id: 'release',
              header: t('suppression.action'),
              cell: (row: Suppression) => (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={t('release.openNamed', { name: row.address ?? row.channel })}
                  onClick={() => setDialog(row)}
                >
                  {t('release.open')}
                </Button>
              ),
              size: 110,
            },
          ]
        : []),
    ],
    [t, mayWrite],
  );
  const filtered = search.address || search.channel || search.reason;
  const clear = () => {
    setTyped('');
    filter({ address: undefined, channel: undefined, reason: undefined });
  };
  return (
    <SettingsCard
      title={t('suppressions')}
      description={t('suppressionsText')}
      action={
        <Group gap="xs">
          <Button
            component="a"
            variant="default"
            href={`${SUPPRESSIONS}/export`}
            download
            leftSection={<IconDownload size={16} />}
          >
            {t('suppression.export')}
          </Button>
          {mayWrite && (
            <>
              <Button
                variant="default"
                leftSection={<IconUpload size={16} />}
                onClick={() => setDialog('import')}
              >
                {t('import.open')}
              </Button>
              <Button leftSection={<IconPlus size={16} />} onClick={() => setDialog('add')}>
                {t('add.open')}
              </Button>
            </>
          )}
        </Group>
      }
    >
      <Counts />
      <Group gap="sm">
        <TextInput
          aria-label={t('suppression.find')}
          placeholder={t('suppression.find')}
          leftSection={<IconSearch size={16} />}
          w={{ base: '100%', sm: 260 }}
          maxLength={320}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            find(event.currentTarget.value);
          }}
        />
        <Select
          aria-label={t('suppression.channel')}
          placeholder={t('suppression.anyChannel')}
          clearable
          clearButtonProps={{ 'aria-label': t('suppression.clearChannel') }}
          w={{ base: '100%', sm: 150 }}
          data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
          value={search.channel ?? null}
          onChange={(channel) => filter({ channel: channel ?? undefined })}
        />
        <Select
          aria-label={t('suppression.reason')}
          placeholder={t('suppression.anyReason')}
          clearable
          clearButtonProps={{ 'aria-label': t('suppression.clearReason') }}
          w={{ base: '100%', sm: 180 }}
          data={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
          value={search.reason ?? null}
          onChange={(reason) => filter({ reason: reason ?? undefined })}
        />
        {data?.total && (
          <Text size="sm" c="dimmed" role="status">
            {t('suppression.total', {
              count: data.total.value,
              shown: formatNumber(data.total.value),
            })}
          </Text>
        )}
      </Group>
      <DataTable
        label={t('suppression.table')}
        columns={columns}
        rows={data?.items}
        rowId={(row) => row.id}
        rowName={(row) => row.address ?? row.channel}
        refreshing={isPlaceholderData}
        card={(row) => (
          <Card padding="sm">
            <Group justify="space-between" wrap="nowrap">
              <Text fw={500} className="tw-truncate">
                {row.address ?? t('suppression.forgotten')}
              </Text>
              {mayWrite && (
                <Button
                  variant="subtle"
                  size="compact-sm"
                  aria-label={t('release.openNamed', { name: row.address ?? row.channel })}
                  onClick={() => setDialog(row)}
                >
                  {t('release.open')}
                </Button>
              )}
            </Group>
            <Text size="xs" c="dimmed">
              {t(`channel.${row.channel}`)} · {t(`reason.${row.reason}`)} · {formatDate(row.at)}
            </Text>
          </Card>
        )}
        error={error}
        onRetry={() => void refetch()}
        paging={{
          size: 25,
          onNext: turn(data?.next_cursor),
          onPrevious: turn(data?.previous_cursor),
        }}
        empty={
          filtered ? (
            <FilteredEmptyState title={t('suppression.noMatch')} onClear={clear} />
          ) : (
            <EmptyState icon={IconShieldLock} title={t('suppression.none')} compact>
              {t('suppression.noneText')}
            </EmptyState>
          )
        }
      />
      {dialog === 'add' && <AddDialog onClose={() => setDialog(undefined)} />}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(undefined)} />}
      {typeof dialog === 'object' && (
        <ReleaseDialog suppression={dialog} onClose={() => setDialog(undefined)} />
      )}
    </SettingsCard>
  );
}
