import { Card, Stack, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { activityIcon } from '@/components/activity-icon';
import { LoadingLines } from '@/components/page-states';
import { Timeline } from '@/components/timeline';
import type { FeedEntry } from './queries';

/** The latest entries of all timelines. */
export function FeedCard({ entries }: { entries: FeedEntry[] | undefined }) {
  const { t } = useTranslation('dashboard');
  return (
    <Card component="section" aria-labelledby="dashboard-feed">
      <Stack gap="sm">
        <Title order={2} size="h3" id="dashboard-feed">
          {t('feed.title')}
        </Title>
        {!entries && <LoadingLines />}
        {entries?.length === 0 && (
          <Text size="sm" c="dimmed">
            {t('feed.empty')}
          </Text>
        )}
        {entries && entries.length > 0 && (
          <Timeline
            label={t('feed.list')}
            items={entries.map((entry) => ({
              id: entry.id,
              at: entry.occurred_at,
              icon: activityIcon(entry.kind),
              title: entry.lead_id ? (
                <>
                  <Text
                    component={Link}
                    to={`/leads/${entry.lead_id}` as never}
                    size="sm"
                    fw={500}
                    inherit
                  >
                    {entry.lead_name}
                  </Text>{' '}
                  {entry.title}
                </>
              ) : (
                entry.title
              ),
              actor: entry.actor_name,
            }))}
          />
        )}
      </Stack>
    </Card>
  );
}
