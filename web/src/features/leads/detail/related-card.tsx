import { ActionIcon, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { IconPlus } from '@/app/icons';
import { ErrorState, LoadingLines } from '@/components/page-states';
import classes from './detail.module.css';

interface RelatedCardProps {
  title: string;
  count?: number | undefined;
  /** Name of the plus button, and what it does. */
  add?: { label: string; run: () => void } | undefined;
  action?: ReactNode;
  query: { data: unknown; error: unknown; refetch: () => unknown };
  empty: string;
  children: ReactNode;
}

/** Frame of what belongs to a lead: heading with count, own loading, failure and empty text. */
export function RelatedCard(props: RelatedCardProps) {
  const { title, count, add, action, query, empty, children } = props;
  const id = useId();
  return (
    <section className={classes.card} aria-labelledby={id}>
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" mih={32}>
          <Group gap="xs" wrap="nowrap">
            <Title order={2} size="h3" id={id}>
              {title}
            </Title>
            {count !== undefined && count > 0 && (
              <Text size="sm" c="dimmed" className="tw-number">
                {count}
              </Text>
            )}
          </Group>
          {action}
          {add && (
            <ActionIcon aria-label={add.label} title={add.label} onClick={add.run}>
              <IconPlus size={16} />
            </ActionIcon>
          )}
        </Group>
        {query.data === undefined && !query.error && <LoadingLines lines={2} />}
        {query.data === undefined && query.error ? (
          <ErrorState error={query.error} compact order={3} onRetry={() => void query.refetch()} />
        ) : undefined}
        {query.data !== undefined && count === 0 && (
          <Text size="sm" c="dimmed">
            {empty}
          </Text>
        )}
        {children}
      </Stack>
    </section>
  );
}
