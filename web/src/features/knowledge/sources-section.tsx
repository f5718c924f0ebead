import { Badge, Box, Card, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatRelative } from '@/app/format';
import { KIND_ICONS, ScopeBadge } from './badges';
import classes from './knowledge.module.css';
import type { Source } from './queries';
import { RunLine } from './run-line';

function SourceCard({ source }: { source: Source }) {
  const { t } = useTranslation('knowledge');
  const KindIcon = KIND_ICONS[source.kind];
  const working = source.status === 'working' && source.run_id;
  return (
    <Card component="li" className={classes.card}>
      <Stack gap="xs" h="100%">
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <KindIcon size={18} aria-hidden className={classes.kind} />
            <Link
              to="/knowledge"
              search={(old: object) => ({ ...old, source: source.id }) as never}
              className={classes.open}
              title={source.name}
            >
              {source.name}
            </Link>
          </Group>
          <ScopeBadge scope={source.scope} />
        </Group>
        <Group gap="xs">
          <Text size="sm" className="tw-number">
            {t('source.documents', {
              count: source.documents,
              shown: formatNumber(source.documents),
            })}
          </Text>
          {source.pending > 0 && !working && (
            <Badge color="blue">{t('source.pending', { count: source.pending })}</Badge>
          )}
          {source.failed > 0 && (
            <Badge color="red">{t('source.failed', { count: source.failed })}</Badge>
          )}
          {source.expired > 0 && (
            <Badge color="yellow">{t('source.expired', { count: source.expired })}</Badge>
          )}
          {source.is_sample && <Badge color="gray">{t('source.sample')}</Badge>}
        </Group>
        <Box mt="auto">
          {working ? (
            <RunLine id={working} title={source.name} />
          ) : source.error ? (
            <Text size="xs" className={classes.problem} lineClamp={2}>
              {source.error}
            </Text>
          ) : (
            <Text size="xs" c="dimmed" className="tw-truncate">
              {[
                source.site?.url.replace(/^https?:\/\//, '') ?? t(`kind.${source.kind}`),
                source.last_indexed_at &&
                  t('source.indexed', { when: formatRelative(source.last_indexed_at) }),
              ]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          )}
        </Box>
      </Stack>
    </Card>
  );
}

/** All sources as cards. */
export function SourcesSection({ sources }: { sources: readonly Source[] }) {
  const { t } = useTranslation('knowledge');
  return (
    <section aria-label={t('sources')}>
      <SimpleGrid
        component="ul"
        type="container"
        cols={{ base: 1, '600px': 2, '960px': 3, '1400px': 4 }}
        spacing="sm"
        m={0}
        p={0}
      >
        {sources.map((source) => (
          <SourceCard key={source.id} source={source} />
        ))}
      </SimpleGrid>
    </section>
  );
}
