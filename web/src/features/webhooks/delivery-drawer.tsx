import { Accordion, Badge, Button, Code, Drawer, Group, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatNumber } from '@/app/format';
import { IconRefresh } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { StateBadge } from './badges';
import { type Attempt, DELIVERIES, type DeliveryDetail, deliveryQuery, ENDPOINTS } from './queries';
import classes from './webhooks.module.css';

function Block({ label, text }: { label: string; text: string }) {
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Code block className={classes.body} tabIndex={0} aria-label={label} role="region">
        {text}
      </Code>
    </Stack>
  );
}

function pretty(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2);
}

function AttemptPanel({ attempt, body }: { attempt: Attempt; body: string }) {
  const { t } = useTranslation('webhooks');
  const headers = Object.entries(attempt.request_headers).map(([name, text]) => `${name}: ${text}`);
  return (
    <Stack gap="sm">
      {attempt.error && <Text size="sm">{attempt.error}</Text>}
      {attempt.retry_after_seconds != null && (
        <Text size="sm" c="dimmed">
          {t('delivery.retryAfter', { seconds: formatNumber(attempt.retry_after_seconds) })}
        </Text>
      )}
      <Block label={t('delivery.requestHeaders')} text={headers.join('\n')} />
      <Block label={t('delivery.requestBody')} text={pretty(body)} />
      <Block label={t('delivery.answer')} text={attempt.answer || t('delivery.noAnswer')} />
    </Stack>
  );
}

function Facts({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation('webhooks');
  const facts: [string, string | null][] = [
    [t('delivery.id'), `msg_${delivery.message_id.replaceAll('-', '')}`],
    [t('delivery.to'), delivery.url],
    [t('log.when'), formatDateTime(delivery.created_at)],
    [
      t('delivery.next'),
      delivery.next_attempt_at ? formatDateTime(delivery.next_attempt_at) : null,
    ],
    [t('delivery.finished'), delivery.finished_at ? formatDateTime(delivery.finished_at) : null],
  ];
  return (
    <Table fz="sm" layout="fixed">
      <Table.Tbody>
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w={120}>
                {name}
              </Table.Th>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>{value}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

function Content({ delivery }: { delivery: DeliveryDetail }) {
  const { t } = useTranslation('webhooks');
  const mayWrite = useMay('webhooks:write');
  const replay = async () => {
    try {
      await request('post', `${DELIVERIES}/${delivery.id}/replays`);
      toastSuccess(t('delivery.replayed'));
    } catch (reason) {
      toastError(t('delivery.notReplayed'), reason);
    }
    await invalidatePaths(DELIVERIES, ENDPOINTS);
  };
  return (
    <Stack gap="md">
      <Group justify="space-between">
        <StateBadge state={delivery.state} />
        {mayWrite && delivery.state !== 'sending' && (
          <Button
            variant="default"
            leftSection={<IconRefresh size={16} />}
            onClick={() => void replay()}
          >
            {t('delivery.replay')}
          </Button>
        )}
      </Group>
      <Facts delivery={delivery} />
      {delivery.log.length === 0 && (
        <Block
          label={t('delivery.requestBody')}
          text={pretty(Object.values(delivery.bodies)[0] ?? '{}')}
        />
      )}
      {/* The newest attempt opens by itself, also when it arrives while one looks. */}
      <Accordion
        key={delivery.log[0]?.id ?? ''}
        variant="separated"
        defaultValue={delivery.log[0]?.id ?? null}
      >
        {delivery.log.map((attempt) => (
          <Accordion.Item key={attempt.id} value={attempt.id}>
            <Accordion.Control>
              <Group gap="xs">
                <Badge
                  color={attempt.status && attempt.status < 300 ? 'green' : 'red'}
                  className="tw-number"
                >
                  {attempt.status ?? t('delivery.noStatus')}
                </Badge>
                <Text size="sm">{formatDateTime(attempt.started_at)}</Text>
                <Text size="xs" c="dimmed" className="tw-number">
                  {t('delivery.took', { ms: formatNumber(attempt.duration_ms) })}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <AttemptPanel attempt={attempt} body={delivery.bodies[attempt.format] ?? '{}'} />
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
    </Stack>
  );
}

/** One delivery: where it stands, each attempt with request and answer, and sending it again. */
export function DeliveryDrawer({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('webhooks');
  const { data, error, refetch } = useQuery({ ...deliveryQuery(id ?? ''), enabled: Boolean(id) });
  return (
    <Drawer
      opened={Boolean(id)}
      onClose={onClose}
      size={560}
      title={<Text fw={600}>{data?.type ?? t('delivery.title')}</Text>}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={8} />}
      {data && <Content delivery={data} />}
    </Drawer>
  );
}
