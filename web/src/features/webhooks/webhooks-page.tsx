import { Button, Card, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { formatNumber, formatPercent, formatRelative } from '@/app/format';
import { IconPlus, IconShare } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkAnchor } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { HealthBadge } from './badges';
import { EndpointDialog } from './endpoint-dialog';
import { type Endpoint, endpointsQuery } from './queries';

const route = getRouteApi('/_app/settings/webhooks/');

function EndpointCard({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation('webhooks');
  const facts = [
    t('list.events', { count: endpoint.event_types.length }),
    endpoint.attempts > 0 &&
      t('list.success', { share: formatPercent(endpoint.successes / endpoint.attempts) }),
    endpoint.waiting > 0 && t('list.waiting', { shown: formatNumber(endpoint.waiting) }),
    endpoint.last_success_at &&
      t('list.lastSuccess', { when: formatRelative(endpoint.last_success_at) }),
  ];
  return (
    <Card component="li">
      <Stack gap={4}>
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <LinkAnchor
            fw={500}
            c="inherit"
            className="tw-truncate"
            title={endpoint.url}
            to={`/settings/webhooks/${endpoint.id}` as never}
          >
            {endpoint.description || endpoint.url}
          </LinkAnchor>
          <HealthBadge health={endpoint.health} />
        </Group>
        {endpoint.description && (
          <Text size="sm" c="dimmed" className="tw-truncate" title={endpoint.url}>
            {endpoint.url}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {facts.filter(Boolean).join(' · ')}
        </Text>
        {endpoint.disabled_reason && (
          <Text size="xs" c="var(--mantine-color-red-text)">
            {endpoint.disabled_reason}
          </Text>
        )}
      </Stack>
    </Card>
  );
}

/** The organisation's own programs that hear what happens here. */
export function WebhooksPage() {
  const { t } = useTranslation('webhooks');
  const { create } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(endpointsQuery());
  const mayWrite = useMay('webhooks:write');
  const open = (create?: boolean) => void navigate({ search: create ? { create } : {} });
  const add = mayWrite && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => open(true)}>
      {t('list.add')}
    </Button>
  );
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        count={data?.length}
        description={t('text')}
        actions={data && data.length > 0 && add}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={6} />}
      {data?.length === 0 && (
        <EmptyState icon={IconShare} title={t('list.empty')} action={add}>
          {t('list.emptyText')}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <Stack component="ul" gap="sm" m={0} p={0}>
          {data.map((endpoint) => (
            <EndpointCard key={endpoint.id} endpoint={endpoint} />
          ))}
        </Stack>
      )}
      {create && mayWrite && (
        <EndpointDialog
          endpoint={undefined}
          onClose={(saved) =>
            saved ? void navigate({ to: `/settings/webhooks/${saved.id}` as never }) : open()
          }
        />
      )}
    </Page>
  );
}
