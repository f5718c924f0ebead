import { SegmentedControl, Table, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './ai.module.css';
import { TASKS, type Task, type Usage } from './queries';
import { formatCost } from './words';

interface UsageTableProps {
  by: string;
  usage: UseQueryResult<Usage>;
  onChange: (by: string) => void;
}

/** Calls, tokens and cost of each feature, task or model, dearest first. */
export function UsageTable({ by, usage, onChange }: UsageTableProps) {
  const { t } = useTranslation('ai');
  const nameOf = (key: string | null) => {
    if (key === null) return t('usage.noValue');
    return by === 'task' && TASKS.includes(key as Task) ? t(`task.${key as Task}`) : key;
  };
  return (
    <SettingsCard
      title={t('usage.whereTitle')}
      action={
        <SegmentedControl
          size="xs"
          aria-label={t('usage.by')}
          value={by}
          data={[
            { value: 'feature', label: t('usage.byFeature') },
            { value: 'task', label: t('usage.byTask') },
            { value: 'model', label: t('usage.byModel') },
          ]}
          onChange={onChange}
        />
      }
    >
      {usage.error && !usage.data && (
        <ErrorState error={usage.error} compact onRetry={() => void usage.refetch()} />
      )}
      {!usage.data && !usage.error && <LoadingLines />}
      {usage.data && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area must be reachable by keyboard
        <section className={classes.scroll} tabIndex={0} aria-label={t('usage.figures')}>
          <Table fz="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">
                  {t(
                    by === 'model'
                      ? 'usage.byModel'
                      : by === 'task'
                        ? 'usage.byTask'
                        : 'usage.byFeature',
                  )}
                </Table.Th>
                {(['calls', 'tokensIn', 'tokensOut', 'latency', 'cost'] as const).map((column) => (
                  <Table.Th key={column} scope="col" ta="end">
                    {t(`usage.${column}`)}
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {usage.data.rows.map((row) => (
                <Table.Tr key={row.key ?? ''}>
                  <Table.Td>
                    <Text size="sm" className={classes.breakable}>
                      {nameOf(row.key)}
                    </Text>
                    {row.failures > 0 && (
                      <Text size="xs" c="dimmed">
                        {t('usage.failed', { count: row.failures })}
                      </Text>
                    )}
                  </Table.Td>
                  {[
                    formatNumber(row.calls),
                    formatNumber(row.input_tokens),
                    formatNumber(row.output_tokens),
                    `${formatNumber(row.mean_latency_ms)} ms`,
                    formatCost(row.cost_microusd),
                  ].map((value, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns stand still
                    <Table.Td key={index} ta="end" className="tw-number">
                      {value}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </section>
      )}
    </SettingsCard>
  );
}
