import { Badge, Button, Card, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatRelative } from '@/app/format';
import { IconListDetails, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { DataTable } from '@/components/data-table/data-table';
import type { DataColumn } from '@/components/data-table/types';
import { EmptyState } from '@/components/page-states';
import { PlanDialog } from './plan-dialog';
import { type KindOfEvent, type SchemaDetail, type Source, schemasQuery } from './queries';
import { SchemaDrawer } from './schema-drawer';
import { kindTitle } from './words';

const route = getRouteApi('/_app/sources/$sourceId');

function Plan({ kind }: { kind: KindOfEvent }) {
  const { t } = useTranslation('sources');
  if (!kind.planned) return <>{kind.type === 'track' ? t('schema.unplanned') : '–'}</>;
  return <Badge color="blue">{t('schema.planned')}</Badge>;
}

/** What events of a source look like, as seen and as planned. */
export function SchemaTab({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const { schema } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('sources:write');
  const { data, error, refetch } = useQuery(schemasQuery(source.id));
  // Whose plan is open: a kind of event, or none yet.
  const [planning, setPlanning] = useState<SchemaDetail | 'new'>();
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, schema: id }) });
  const columns = useMemo<DataColumn<KindOfEvent>[]>(
    () => [
      {
        id: 'event',
        header: t('debugger.event'),
        cell: (row) => (
          <span className="tw-truncate" title={kindTitle(t, row)}>
            {kindTitle(t, row)}
          </span>
        ),
        size: 260,
        hideable: false,
      },
      { id: 'plan', header: t('schema.plan'), cell: (row) => <Plan kind={row} />, size: 120 },
      {
        id: 'events',
        header: t('schema.events'),
        cell: (row) => formatNumber(row.events),
        size: 100,
        align: 'end',
      },
      {
        id: 'properties',
        header: t('schema.properties'),
        cell: (row) => formatNumber(row.properties),
        size: 100,
        align: 'end',
      },
      {
        id: 'violations',
        header: t('schema.violations'),
        cell: (row) =>
          row.violations > 0 ? (
            <Badge color="yellow" className="tw-number">
              {formatNumber(row.violations)}
            </Badge>
          ) : (
            '–'
          ),
        size: 110,
        align: 'end',
      },
      {
        id: 'last',
        header: t('schema.last'),
        cell: (row) => (row.last_seen_at ? formatRelative(row.last_seen_at) : t('schema.never')),
        size: 150,
      },
    ],
    [t],
  );
  const plan = mayWrite && (
    <Button
      variant="default"
      leftSection={<IconPlus size={16} />}
      onClick={() => setPlanning('new')}
    >
      {t('schema.planOne')}
    </Button>
  );
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="dimmed" maw={640}>
          {t('schema.text')}
        </Text>
        {data && data.length > 0 && plan}
      </Group>
      <DataTable
        label={t('tab.schema')}
        columns={columns}
        rows={data}
        rowId={(row) => row.id}
        rowName={(row) => kindTitle(t, row)}
        error={error}
        onRetry={() => void refetch()}
        onOpen={(row) => open(row.id)}
        card={(row) => (
          <Card padding="sm" component="button" w="100%" onClick={() => open(row.id)} ta="start">
            <Group justify="space-between" wrap="nowrap">
              <Text size="sm" fw={500} className="tw-truncate">
                {kindTitle(t, row)}
              </Text>
              {row.planned && <Plan kind={row} />}
            </Group>
            <Text size="xs" c="dimmed">
              {[
                t('schema.seen', { count: row.events, shown: formatNumber(row.events) }),
                row.violations > 0 &&
                  t('schema.broke', { count: row.violations, shown: formatNumber(row.violations) }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </Card>
        )}
        empty={
          <EmptyState icon={IconListDetails} title={t('schema.empty')} action={plan} compact>
            {t('schema.emptyText')}
          </EmptyState>
        }
      />
      <SchemaDrawer
        id={planning ? undefined : schema}
        mayWrite={mayWrite}
        onEdit={setPlanning}
        onClose={() => open(undefined)}
      />
      {planning && (
        <PlanDialog
          source={source}
          schema={planning === 'new' ? undefined : planning}
          onClose={(saved) => {
            setPlanning(undefined);
            if (saved) open(saved.id);
          }}
        />
      )}
    </Stack>
  );
}
