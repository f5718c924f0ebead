import {
  Button,
  Card,
  Group,
  Progress,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Table,
  Text,
  Title,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDate, formatNumber, formatPercent, formatRelative, formatTime } from '@/app/format';
import { ChartCard } from '@/components/chart-card';
import { BarChart } from '@/components/charts';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { StatCard } from '@/components/stat-card';
import { FirstEvent } from './first-event';
import { InstallCard } from './install';
import { type Source, type Volumes, volumesQuery } from './queries';
import { RANGES } from './search';
import { useTail } from './use-tail';
import { kindTitle } from './words';

const route = getRouteApi('/_app/sources/$sourceId');

function sum(
  volumes: Volumes | undefined,
  name: 'accepted' | 'likely_bots' | 'rejected' | 'duplicates',
) {
  return volumes?.points.reduce((total, point) => total + point[name], 0);
}

function Figures({ source, volumes }: { source: Source; volumes: Volumes | undefined }) {
  const { t } = useTranslation('sources');
  const accepted = sum(volumes, 'accepted');
  const bots = sum(volumes, 'likely_bots');
  const rejected = sum(volumes, 'rejected');
  const shown = (value: number | undefined) =>
    value === undefined ? undefined : formatNumber(value);
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md">
      <StatCard
        label={t('figures.accepted')}
        value={shown(accepted)}
        hint={
          source.last_event_at
            ? t('list.last', { when: formatRelative(source.last_event_at) })
            : t('list.never')
        }
      />
      <StatCard
        label={t('figures.people')}
        value={
          accepted === undefined
            ? undefined
            : accepted
              ? formatPercent(1 - (bots ?? 0) / accepted)
              : '–'
        }
        hint={t('figures.bots', { count: bots ?? 0, shown: formatNumber(bots ?? 0) })}
      />
      <StatCard
        label={t('figures.rejected')}
        value={shown(rejected)}
        hint={
          rejected && accepted !== undefined
            ? t('figures.share', { share: formatPercent(rejected / (accepted + rejected), 1) })
            : t('figures.noneRejected')
        }
      />
      <StatCard
        label={t('figures.duplicates')}
        value={shown(sum(volumes, 'duplicates'))}
        hint={t('figures.duplicatesText')}
      />
    </SimpleGrid>
  );
}

function Busiest({ volumes }: { volumes: Volumes }) {
  const { t } = useTranslation('sources');
  const navigate = route.useNavigate();
  const title = useId();
  const [all, setAll] = useState(false);
  const most = Math.max(1, ...volumes.events.map((event) => event.accepted));
  const shown = all ? volumes.events : volumes.events.slice(0, 8);
  return (
    <Card component="section" aria-labelledby={title}>
      <Stack gap="sm">
        <Title order={2} size="h3" id={title}>
          {t('busiest.title')}
        </Title>
        <Table fz="sm" layout="fixed">
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t('busiest.event')}</Table.Th>
              <Table.Th scope="col" w={90} ta="end">
                {t('busiest.accepted')}
              </Table.Th>
              <Table.Th scope="col" w={90} ta="end">
                {t('busiest.rejected')}
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((event) => (
              <Table.Tr key={`${event.type} ${event.name}`}>
                <Table.Td>
                  <Button
                    variant="transparent"
                    size="compact-sm"
                    p={0}
                    maw="100%"
                    c="inherit"
                    fw={400}
                    title={kindTitle(t, event)}
                    onClick={() =>
                      void navigate({
                        search: {
                          tab: 'debugger',
                          type: event.type as never,
                          name: event.name || undefined,
                        },
                      })
                    }
                  >
                    <span className="tw-truncate">{kindTitle(t, event)}</span>
                  </Button>
                  <Progress
                    value={(100 * event.accepted) / most}
                    size={4}
                    color="blue.5"
                    aria-hidden
                    mt={2}
                  />
                </Table.Td>
                <Table.Td ta="end" className="tw-number">
                  {formatNumber(event.accepted)}
                </Table.Td>
                <Table.Td ta="end" className="tw-number">
                  {event.rejected ? formatNumber(event.rejected) : '–'}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
        {volumes.events.length > shown.length && (
          <Group>
            <Button variant="default" size="compact-sm" onClick={() => setAll(true)}>
              {t('busiest.all', { count: volumes.events.length })}
            </Button>
          </Group>
        )}
      </Stack>
    </Card>
  );
}

function VolumeChart({ volumes, range }: { volumes: Volumes | undefined; range: string }) {
  const { t } = useTranslation('sources');
  const label = range === '24h' ? formatTime : formatDate;
  const rows = volumes?.points.map((point) => ({
    at: label(point.at),
    [t('chart.people')]: point.accepted - point.likely_bots,
    [t('chart.bots')]: point.likely_bots,
    [t('chart.rejected')]: point.rejected,
  }));
  const number = (value: unknown) => formatNumber(Number(value));
  const series = [
    { name: t('chart.people'), color: 'blue.5' },
    { name: t('chart.bots'), color: 'yellow.5' },
    { name: t('chart.rejected'), color: 'red.5' },
  ];
  return (
    <ChartCard
      title={t('chart.title')}
      summary={
        volumes &&
        t('chart.summary', {
          accepted: formatNumber(sum(volumes, 'accepted') ?? 0),
          rejected: formatNumber(sum(volumes, 'rejected') ?? 0),
        })
      }
      data={rows}
      columns={[
        { key: 'at', label: t(range === '24h' ? 'chart.hour' : 'chart.day') },
        ...series.map(({ name }) => ({
          key: name,
          label: name,
          align: 'end' as const,
          format: number,
        })),
      ]}
      height={240}
    >
      <BarChart
        h={240}
        data={rows ?? []}
        dataKey="at"
        type="stacked"
        series={series}
        valueFormatter={number}
        gridAxis="x"
        withLegend
        legendProps={{ itemSorter: null }}
        xAxisProps={{ minTickGap: 16 }}
      />
    </ChartCard>
  );
}

/** How a source is doing; a new one says how to install it and waits for its first event. */
export function OverviewTab({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const { range = '24h' } = route.useSearch();
  const navigate = route.useNavigate();
  const waits = source.first_event_at === null;
  // Who saw it wait sees it arrive.
  const [waited, setWaited] = useState(waits);
  if (waits && !waited) setWaited(true);
  useTail(source.id, waits);
  const { data, error, refetch } = useQuery({
    ...volumesQuery(source.id, { range }),
    enabled: !waits,
  });
  if (waits) {
    return (
      <Stack gap="md">
        <FirstEvent source={source} />
        <InstallCard source={source} />
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      {waited && <FirstEvent source={source} />}
      <Group>
        <SegmentedControl
          aria-label={t('range.label')}
          data={RANGES.map((value) => ({ value, label: t(`range.${value}`) }))}
          value={range}
          onChange={(value) =>
            void navigate({
              search: (old) => ({ ...old, range: value === '24h' ? undefined : (value as never) }),
              replace: true,
            })
          }
        />
      </Group>
      {error && !data ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      ) : (
        <>
          <Figures source={source} volumes={data} />
          <VolumeChart volumes={data} range={range} />
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="md">
            {data ? (
              data.events.length > 0 ? (
                <Busiest volumes={data} />
              ) : (
                <Card>
                  <Text c="dimmed">{t('busiest.none')}</Text>
                </Card>
              )
            ) : (
              <LoadingLines lines={8} />
            )}
            <InstallCard source={source} />
          </SimpleGrid>
        </>
      )}
    </Stack>
  );
}
