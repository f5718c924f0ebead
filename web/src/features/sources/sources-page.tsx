import { Box, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatRelative } from '@/app/format';
import { IconAccessPoint, IconDatabase, IconDeviceMobile, IconWorld } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Sparkline } from '@/components/charts';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { useBegin } from '@/components/use-begin';
import { HealthBadge } from './badges';
import { type Source, sourcesQuery } from './queries';
import { SourceDialog } from './source-dialog';
import classes from './sources.module.css';

export const KIND_ICONS = {
  website: IconWorld,
  server: IconDatabase,
  app: IconDeviceMobile,
};

function SourceCard({ source }: { source: Source }) {
  const { t } = useTranslation('sources');
  const KindIcon = KIND_ICONS[source.kind];
  const bots = source.accepted > 0 && source.likely_bots / source.accepted;
  return (
    <Card component="li" className={classes.card}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <KindIcon size={18} aria-hidden className={classes.kind} />
            <LinkAnchor
              fw={600}
              c="inherit"
              className={`tw-truncate ${classes.link}`}
              title={source.name}
              to={`/sources/${source.id}` as never}
            >
              {source.name}
            </LinkAnchor>
          </Group>
          <HealthBadge health={source.health} />
        </Group>
        <Group justify="space-between" align="flex-end" wrap="nowrap">
          <div>
            <Text size="xl" fw={600} className="tw-number">
              {formatNumber(source.accepted)}
            </Text>
            <Text size="xs" c="dimmed">
              {t('list.today')}
            </Text>
          </div>
          <Box w="50%" h={40} aria-hidden>
            {source.accepted > 0 && (
              <Suspense>
                <Sparkline
                  h={40}
                  data={source.hours}
                  color="blue.5"
                  curveType="monotone"
                  strokeWidth={1.5}
                />
              </Suspense>
            )}
          </Box>
        </Group>
        <Text size="xs" c="dimmed" mt="auto">
          {[
            source.last_event_at
              ? t('list.last', { when: formatRelative(source.last_event_at) })
              : t('list.never'),
            bots
              ? t('list.bots', {
                  count: source.likely_bots,
                  shown: formatNumber(source.likely_bots),
                })
              : '',
            source.rejected > 0 &&
              t('list.rejected', { count: source.rejected, shown: formatNumber(source.rejected) }),
          ]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </Stack>
    </Card>
  );
}

/** Sites, servers and apps that send events. */
export function SourcesPage() {
  const { t } = useTranslation('sources');
  const { data, error, refetch } = useQuery(sourcesQuery());
  const mayWrite = useMay('sources:write');
  const { button, dialog } = useBegin(mayWrite && { label: t('list.add'), Dialog: SourceDialog });
  return (
    <Page>
      <PageHeader
        title={t('title')}
        count={data?.length}
        description={t('text')}
        actions={data && data.length > 0 && button}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data?.length === 0 && (
        <EmptyState icon={IconAccessPoint} title={t('list.empty')} action={button}>
          {t('list.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <SimpleGrid
          component="ul"
          type="container"
          cols={{ base: 1, '640px': 2, '1000px': 3 }}
          spacing="md"
          m={0}
          p={0}
        >
          {data.map((source) => (
            <SourceCard key={source.id} source={source} />
          ))}
        </SimpleGrid>
      )}
      {dialog}
    </Page>
  );
}
