import { Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import { useMay } from '@/app/permissions';
import { runQuery } from './queries';

/** How far a run is: its bar and where it is now. */
export function RunLine({ id, title }: { id: string; title: string }) {
  const { t } = useTranslation('knowledge');
  const mayRead = useMay('jobs:read');
  const { data: run } = useQuery({ ...runQuery(id), enabled: mayRead });
  const done = run?.done ?? 0;
  return (
    <Stack gap={4}>
      <Progress
        value={run?.total ? (100 * done) / run.total : 100}
        animated={!run?.total}
        aria-label={t('run.label', { title })}
      />
      <Text size="xs" c="dimmed" className="tw-truncate" aria-live="polite">
        {!run || run.state === 'queued'
          ? t('run.waiting')
          : [
              run.total &&
                t('run.of', { done: formatNumber(done), total: formatNumber(run.total) }),
              run.message,
            ]
              .filter(Boolean)
              .join(' · ')}
      </Text>
    </Stack>
  );
}
