import { Button, Group, Text, Title, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiKey, request } from '@/api/client';
import { formatDateTime } from '@/app/format';
import { useMay } from '@/app/permissions';
import { activityIcon } from './activity-icon';
import classes from './activity-timeline.module.css';
import { LinkAnchor } from './link-anchor';
import { ErrorState, LoadingLines, StillLoading } from './page-states';
import { Timeline } from './timeline';
import { TIMELINE_KINDS, type TimelineKind } from './timeline-kinds';

export type Activity = Schema<'ActivityRead'>;

const PAGE = 30;
const NAMED_ALREADY: Record<string, RegExp> = {
  deal: /^deal\b/i,
  meeting: /^meeting\b/i,
  email: /^e-mail\b/i,
};

interface ActivityTimelineProps {
  /** "/api/v1/leads/…/timeline" */
  path: string;
  kind?: TimelineKind | undefined;
  /** Without it there are no filters. */
  onKind?: (kind: TimelineKind | undefined) => void;
  /** What can be done with an entry. */
  actions?: (entry: Activity) => ReactNode;
  empty: string;
  /** Shows the heading; otherwise only screen readers meet it. */
  titled?: boolean;
}

/** When a meeting is; held and missed ones stand at their time already. */
function timeOf({ kind, data }: Activity): string | undefined {
  const tells = /^meeting\.(requested|booked|moved|cancelled)$/.test(kind);
  return tells && typeof data.starts_at === 'string' ? formatDateTime(data.starts_at) : undefined;
}

function Words({ entry, children }: { entry: Activity; children: string }) {
  const mayOpenMeetings = useMay('meetings:read');
  const mayOpenMessages = useMay('sending:read');
  const { meeting_id: meeting, message_id: message } = entry.data;
  if (mayOpenMeetings && typeof meeting === 'string') {
    return (
      <LinkAnchor to="/meetings" search={{ open: meeting }} c="inherit">
        {children}
      </LinkAnchor>
    );
  }
  if (mayOpenMessages && entry.kind.startsWith('email.') && typeof message === 'string') {
    return (
      <LinkAnchor to="/sending" search={{ message }} c="inherit">
        {children}
      </LinkAnchor>
    );
  }
  return <span>{children}</span>;
}

/** What happened to a record, newest first, by day, one family or all. */
export function ActivityTimeline(props: ActivityTimelineProps) {
  const { path, kind, onKind, actions, empty, titled = false } = props;
  const { t } = useTranslation('components');
  const query = { kind, limit: PAGE };
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    {
      queryKey: [...apiKey(path, query), 'pages'],
      queryFn: ({ pageParam, signal }) =>
        request<Schema<'TimelinePage'>>('get', path, {
          query: { ...query, cursor: pageParam },
          signal,
        }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: (page) => page.next_cursor ?? undefined,
    },
  );
  const entries = data?.pages.flatMap((page) => page.items);
  // Deals and meetings are called after their company alone; the entry says what became of them.
  const words = ({ kind: of, title, source }: Activity) => {
    const family = of.split('.')[0] ?? '';
    const named = NAMED_ALREADY[family];
    if (!named || of === 'email.unsubscribed' || source === 'Meetings' || named.test(title))
      return title;
    const any = t(`activity.${family}_any`);
    return `${t(`activity.${of.replace('.', '_')}`, { defaultValue: any })}: ${title}`;
  };
  const pick = (value: TimelineKind | undefined) => (
    <UnstyledButton
      key={value ?? 'all'}
      className={classes.kind}
      aria-pressed={kind === value}
      onClick={() => onKind?.(value)}
    >
      {t(`timeline.kind.${value ?? 'all'}`)}
    </UnstyledButton>
  );
  return (
    <div className={classes.timeline}>
      <Title order={2} size="h3" className={titled ? undefined : 'tw-hidden'}>
        {t('timeline.label')}
      </Title>
      {onKind && (
        <fieldset className={classes.kinds} aria-label={t('timeline.filter')}>
          {pick(undefined)}
          {TIMELINE_KINDS.map(pick)}
        </fieldset>
      )}
      {error && !entries && <ErrorState error={error} compact onRetry={() => void refetch()} />}
      {!entries && !error && (
        <>
          <LoadingLines lines={8} height={20} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {entries?.length === 0 && (
        <Text size="sm" c="dimmed" py="md">
          {kind ? t('timeline.emptyKind') : empty}
        </Text>
      )}
      {entries && entries.length > 0 && (
        <Timeline
          label={t('timeline.label')}
          items={entries.map((entry) => ({
            id: entry.id,
            at: entry.occurred_at,
            icon: activityIcon(entry.kind),
            title: (
              <Group gap={4} wrap="nowrap" justify="space-between" align="flex-start">
                <Words entry={entry}>{words(entry)}</Words>
                {actions?.(entry)}
              </Group>
            ),
            body: entry.body || timeOf(entry),
            actor: entry.actor_name,
          }))}
        />
      )}
      {hasNextPage && (
        <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t('timeline.more')}
        </Button>
      )}
    </div>
  );
}
