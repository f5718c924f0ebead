import { Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { shadowQuery } from './queries';

/** What guardrails that only take note would have stopped in the last thirty days. */
export function ShadowCard() {
  const { t } = useTranslation('sending');
  const { data, error, refetch } = useQuery(shadowQuery());
  return (
    <SettingsCard
      title={t('shadow.title')}
      description={data && t('shadow.text', { messages: formatNumber(data.messages) })}
    >
      {error && !data && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={2} />}
      {data?.items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('shadow.none')}
        </Text>
      )}
      {data && data.items.length > 0 && (
        <Table.ScrollContainer
          minWidth={420}
          type="native"
          tabIndex={0}
          role="region"
          aria-label={t('shadow.title')}
        >
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('shadow.policy')}</Table.Th>
                <Table.Th ta="end">{t('shadow.messages')}</Table.Th>
                <Table.Th ta="end">{t('shadow.people')}</Table.Th>
                <Table.Th>{t('shadow.last')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {data.items.map((line) => (
                <Table.Tr key={line.key}>
                  <Table.Td>{line.name}</Table.Td>
                  <Table.Td ta="end" className="tw-number">
                    {formatNumber(line.messages)}
                  </Table.Td>
                  <Table.Td ta="end" className="tw-number">
                    {formatNumber(line.people)}
                  </Table.Td>
                  <Table.Td>{line.last_at ? formatDateTime(line.last_at) : '–'}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </SettingsCard>
  );
}
