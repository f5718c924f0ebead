import { Badge, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatPercent } from '@/app/format';
import { LinkAnchor } from '@/components/link-anchor';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { type Fairness, fairnessQuery } from '../queries';
import classes from './event-types.module.css';
import type { TabProps } from './form';

type HostTurns = Fairness['hosts'][number];

function Share({ host }: { host: HostTurns }) {
  const { t } = useTranslation('meetings/event-types');
  const words = t('fairness.shareOf', {
    share: formatPercent(host.share ?? 0),
    target: formatPercent(host.expected_share),
  });
  return (
    <div className={classes.share} role="img" aria-label={words} title={words}>
      <span style={{ width: `${100 * (host.share ?? 0)}%` }} />
      <span
        className={classes.target}
        style={{ insetInlineStart: `${100 * host.expected_share}%` }}
      />
    </div>
  );
}

function Hosts({ fairness }: { fairness: Fairness }) {
  const { t } = useTranslation('meetings/event-types');
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
    <section className={classes.wide} tabIndex={0} aria-label={t('fairness.title')}>
      <Table fz="sm" miw={440}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('fairness.host')}</Table.Th>
            <Table.Th ta="right">{t('fairness.meetings')}</Table.Th>
            <Table.Th ta="right">{t('fairness.share')}</Table.Th>
            <Table.Th ta="right">{t('fairness.target')}</Table.Th>
            <Table.Th miw={96}>{t('fairness.bar')}</Table.Th>
            <Table.Th ta="right">{t('fairness.notCounted')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {fairness.hosts.map((host) => (
            <Table.Tr key={host.user_id}>
              <Table.Th scope="row">
                {host.name}{' '}
                {host.next && (
                  <Badge color="green" miw="max-content">
                    {t('fairness.next')}
                  </Badge>
                )}
              </Table.Th>
              <Table.Td ta="right" className="tw-number">
                {formatNumber(host.counted)}
              </Table.Td>
              <Table.Td ta="right" className="tw-number">
                {host.share === null ? '–' : formatPercent(host.share)}
              </Table.Td>
              <Table.Td ta="right" className="tw-number">
                {formatPercent(host.expected_share)}
              </Table.Td>
              <Table.Td>
                <Share host={host} />
              </Table.Td>
              <Table.Td ta="right" className="tw-number">
                {formatNumber(host.not_counted)}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** Who got how many meetings by turn, against the share of their weight, and why each newest one. */
export function FairnessTab({ eventType }: TabProps) {
  const { t } = useTranslation('meetings/event-types');
  const turns = eventType.assignment === 'round_robin';
  const { data, error, refetch } = useQuery({ ...fairnessQuery(eventType.id), enabled: turns });
  if (!turns) return <Text size="sm">{t(`fairness.${eventType.assignment}`)}</Text>;
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={6} />;
  const nameOf = (id: string) => data.hosts.find((host) => host.user_id === id)?.name ?? '';
  return (
    <Stack gap="md">
      <div>
        <Title order={2} size="h3">
          {t('fairness.title')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('fairness.text', { count: data.days })}
        </Text>
      </div>
      <Hosts fairness={data} />
      <Title order={3} size="sm">
        {t('fairness.newest')}
      </Title>
      {data.latest.length === 0 && <Text size="sm">{t('fairness.none')}</Text>}
      <ul className={classes.rows}>
        {data.latest.map((turn) => (
          <li key={`${turn.meeting_id} ${turn.user_id}`} className={classes.turn}>
            <div className={classes.main}>
              <Text size="sm">
                <Text span inherit fw={500}>
                  {nameOf(turn.user_id) || t('hosts.unknown')}
                </Text>
                {`: ${turn.because}`}
              </Text>
              <LinkAnchor
                to="/meetings"
                search={{ open: turn.meeting_id }}
                size="xs"
                className="tw-number"
              >
                {formatDateTime(turn.starts_at)}
              </LinkAnchor>
            </div>
            {!turn.counted && <Badge color="gray">{t('fairness.free')}</Badge>}
          </li>
        ))}
      </ul>
    </Stack>
  );
}
