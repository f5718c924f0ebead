import { Badge, Group, Stack, Text } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime } from '@/app/format';
import { ErrorState, LoadingLines } from './page-states';
import classes from './versions-list.module.css';

interface Published {
  id: string;
  number: number;
  note: string;
  published_by_name: string;
  published_at: string;
  current: boolean;
}

interface VersionsListProps<Version extends Published> {
  query: Pick<UseQueryResult<Version[]>, 'data' | 'error' | 'refetch'>;
  /** Said where nothing was published yet. */
  none: string;
  /** On the version that is in use: "Is sent". */
  current: string;
  /** More small facts of a version. */
  facts?: (version: Version) => readonly (string | false)[];
  actions: (version: Version) => ReactNode;
}

/** What was published, when and by whom, newest first. */
export function VersionsList<Version extends Published>({
  query: { data, error, refetch },
  none,
  current,
  facts,
  actions,
}: VersionsListProps<Version>) {
  const { t } = useTranslation('components');
  if (error && !data) return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={4} />;
  if (data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <ul className={classes.list}>
      {data.map((one) => (
        <li key={one.id} className={classes.version}>
          <Stack gap={0} className={classes.words}>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                {t('versions.number', { number: one.number })}
              </Text>
              {one.current && <Badge color="green">{current}</Badge>}
            </Group>
            {one.note && <Text size="sm">{one.note}</Text>}
            <Text size="xs" c="dimmed">
              {[one.published_by_name, formatDateTime(one.published_at), ...(facts?.(one) ?? [])]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </Stack>
          <Group gap="xs">{actions(one)}</Group>
        </li>
      ))}
    </ul>
  );
}
