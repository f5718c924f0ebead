import { Text, Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery } from '@/api/client';
import { formatDateTime } from '@/app/format';
import { ErrorState, LoadingLines } from '@/components/page-states';
import type { TabProps } from '../campaign-page';

const SHOWN = 50;

/** Who did what with the campaign, and what it did by itself, newest first. */
export function ActivityTab({ campaign }: TabProps) {
  const { t } = useTranslation('campaigns');
  const { data, error, refetch } = useQuery(
    apiQuery<Schema<'Page_AuditRead_'>>('/api/v1/audit-log', {
      subject_type: 'campaign',
      subject_id: campaign.id,
      limit: SHOWN,
    }),
  );
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={6} height={32} />;
  if (data.items.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('activity.none')}
      </Text>
    );
  }
  return (
    <Timeline bulletSize={12} lineWidth={2} active={data.items.length}>
      {data.items.map((entry) => (
        <Timeline.Item
          key={entry.id}
          title={t(`activity.${entry.action.replaceAll('.', '_')}` as 'activity.none', {
            defaultValue: entry.action,
          })}
        >
          {entry.reason && <Text size="sm">{entry.reason}</Text>}
          <Text size="xs" c="dimmed">
            {entry.actor_name || entry.actor_kind} · {formatDateTime(entry.occurred_at)}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
