import { Badge, Button, Drawer, Group, Stack, Text, Title, UnstyledButton } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDate, formatDateTime, formatNumber, formatPercent, formatTime } from '@/app/format';
import { IconArrowRight, IconBolt, IconDeviceDesktop, IconMail, IconUser } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import {
  type Touch,
  type VisitorMerge,
  type Visits,
  visitorMergesQuery,
  visitsQuery,
} from './queries';
import classes from './visits.module.css';
import { origin } from './visits-card';

const FEW = 10;
const MANY = 50;
const PAGES = 4;

type Session = Visits['sessions'][number];

/** `1:05 min`, `2:10 h`, `40 s`. */
function useDuration() {
  const { t } = useTranslation('leads/detail');
  return (seconds: number) => {
    if (seconds < 60) return t('visits.seconds', { count: seconds });
    const [unit, size] = seconds < 3600 ? (['minutes', 60] as const) : (['hours', 3600] as const);
    const rest = Math.floor(((seconds % size) * 60) / size);
    return t(`visits.${unit}`, {
      value: `${Math.floor(seconds / size)}:${String(rest).padStart(2, '0')}`,
    });
  };
}

/** Touches of the same channel and campaign in a row count as one step of the way. */
function steps(path: readonly Touch[]) {
  const found: { touch: Touch; count: number }[] = [];
  for (const touch of path) {
    const last = found[found.length - 1];
    if (last && last.touch.channel === touch.channel && origin(last.touch) === origin(touch)) {
      last.count += 1;
    } else found.push({ touch, count: 1 });
  }
  return found;
}

function Way({ visits }: { visits: Visits }) {
  const { t } = useTranslation('leads/detail');
  const all = steps(visits.path);
  return (
    <ol className={classes.path}>
      {all.map(({ touch, count }, index) => (
        <li key={touch.id}>
          <Badge
            color={index === 0 || index === all.length - 1 ? 'blue' : 'gray'}
            title={[formatDateTime(touch.at), origin(touch), touch.landing_path]
              .filter(Boolean)
              .join('\n')}
          >
            {t(`visits.channel.${touch.channel}`)}
            {count > 1 && ` × ${formatNumber(count)}`}
          </Badge>
          {index < all.length - 1 && (
            <IconArrowRight size={14} className={classes.arrow} aria-hidden />
          )}
        </li>
      ))}
    </ol>
  );
}

function Visit({ session }: { session: Session }) {
  const { t } = useTranslation('leads/detail');
  const [all, setAll] = useState(false);
  const duration = useDuration();
  const shown = session.seen.slice(0, all ? undefined : PAGES);
  const reasons = [
    ...new Set(session.seen.flatMap((page) => (page.human < 0.5 ? page.human_reasons : []))),
  ];
  return (
    <li className={classes.visit} data-bot={session.likely_bot || undefined}>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
        <Text size="sm" fw={500}>
          {formatDateTime(session.started_at)}
        </Text>
        <Text size="sm" c="dimmed" className="tw-number">
          {session.seconds > 0 && duration(session.seconds)}
        </Text>
      </Group>
      <Text size="xs" c="dimmed">
        {[
          t(`visits.channel.${session.channel}`),
          session.device,
          session.pages > 0 && t('visits.pages', { count: session.pages }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {session.likely_bot && (
        <Group gap="xs" mt={4}>
          <Badge color="yellow">{t('visits.program')}</Badge>
          <Text size="xs" c="dimmed">
            {reasons.map((code) => t(`visits.reason.${code}`, { defaultValue: code })).join(', ')}
          </Text>
        </Group>
      )}
      <ol className={classes.pages}>
        {shown.map((page, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end
          <li key={index}>
            <Text size="xs" c="dimmed" className="tw-number">
              {formatTime(page.at)}
            </Text>
            <Text size="sm" className="tw-truncate" title={page.path ?? page.name}>
              {page.type === 'track' && (
                <IconBolt size={14} className={classes.bolt} aria-label={t('visits.done')} />
              )}
              {page.name}
            </Text>
            <Text size="xs" c="dimmed" className="tw-number">
              {page.seconds ? duration(page.seconds) : ''}
            </Text>
          </li>
        ))}
      </ol>
      {session.seen.length > PAGES && (
        <UnstyledButton className={classes.more} onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('visits.fewer') : t('visits.more', { count: session.seen.length - PAGES })}
        </UnstyledButton>
      )}
    </li>
  );
}

const PICTURES = { browser: IconDeviceDesktop, user: IconUser, email: IconMail };

function Merge({ merge, leadId }: { merge: VisitorMerge; leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const Picture = PICTURES[merge.left.kind];
  const names = { left: merge.left.label, right: merge.right.label };
  const undo = useMutation({
    mutationFn: () => request('post', `/api/v1/visitor-merges/${merge.id}/undo`),
    onSuccess: () => toastSuccess(t('visits.undone', names)),
    onError: (error) => toastError(t('visits.notUndone'), error),
    onSettled: () => invalidatePaths(`/api/v1/leads/${leadId}`, '/api/v1/leads'),
  });
  const ask = async () => {
    const sure = await askConfirm({
      title: t('visits.undoTitle'),
      message: t('visits.undoText', { ...names, count: merge.events }),
      confirm: t('visits.undo'),
    });
    if (sure) undo.mutate();
  };
  return (
    <li className={classes.merge} data-undone={merge.undone_at ? true : undefined}>
      <Picture size={16} className={classes.bolt} aria-hidden />
      <div className={classes.mergeMain}>
        <Text size="sm" className={classes.mergeNames}>
          {t(`visits.pair.${merge.left.kind}`, names)}
        </Text>
        <Text size="xs" c="dimmed">
          {merge.undone_at
            ? t('visits.apart', {
                name: merge.undone_by_name,
                date: formatDate(merge.undone_at),
              })
            : t(`visits.how.${merge.how}`, { date: formatDate(merge.joined_at) })}
        </Text>
      </div>
      {mayWrite && !merge.undone_at && (
        <Button
          size="compact-sm"
          variant="subtle"
          loading={undo.isPending}
          aria-label={t('visits.undoNamed', names)}
          onClick={() => void ask()}
        >
          {t('visits.undo')}
        </Button>
      )}
    </li>
  );
}

function Merges({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const { data, error, refetch } = useQuery(visitorMergesQuery(leadId));
  if (error && !data) {
    return <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />;
  }
  if (!data) return <LoadingLines lines={2} />;
  if (data.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('visits.noMerges')}
      </Text>
    );
  }
  return (
    <ul className={classes.merges}>
      {data.map((merge) => (
        <Merge key={merge.id} merge={merge} leadId={leadId} />
      ))}
    </ul>
  );
}

function Content({
  visits,
  leadId,
  onMore,
}: {
  visits: Visits;
  leadId: string;
  onMore?: (() => void) | undefined;
}) {
  const { t } = useTranslation('leads/detail');
  const { counts } = visits;
  return (
    <Stack gap="lg">
      <section>
        <Title order={3} size="h4" mb="xs">
          {t('visits.path')}
        </Title>
        <Way visits={visits} />
        <Text size="sm" c="dimmed" mt="xs">
          {t('visits.counts', {
            sessions: formatNumber(counts.sessions),
            pages: formatNumber(counts.pages),
          })}{' '}
          {counts.likely_bot_share > 0
            ? t('visits.share', {
                share: formatPercent(counts.likely_bot_share),
                reasons: counts.bot_reasons
                  .map((code) => t(`visits.reason.${code}`, { defaultValue: code }))
                  .join(', '),
              })
            : t('visits.people')}
        </Text>
      </section>
      <section>
        <Title order={3} size="h4" mb="xs">
          {t('visits.sessions')}
        </Title>
        <ol className={classes.visits}>
          {visits.sessions.map((session) => (
            <Visit key={session.id} session={session} />
          ))}
        </ol>
        {onMore && (
          <Button variant="default" size="xs" mt="sm" onClick={onMore}>
            {t('visits.older')}
          </Button>
        )}
      </section>
      <section>
        <Title order={3} size="h4" mb={4}>
          {t('visits.merges')}
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          {t('visits.mergesText')}
        </Text>
        <Merges leadId={leadId} />
      </section>
    </Stack>
  );
}

/** All of a lead's visits: the way here, session by session, and who was taken for whom. */
export default function VisitsDrawer({ leadId, onClose }: { leadId: string; onClose: () => void }) {
  const { t } = useTranslation('leads/detail');
  const [limit, setLimit] = useState(FEW);
  const { data, error, refetch } = useQuery({
    ...visitsQuery(leadId, limit),
    placeholderData: (old: Visits | undefined) => old,
  });
  const more = data && limit < MANY && data.counts.sessions > data.sessions.length;
  return (
    <Drawer
      opened
      onClose={onClose}
      position="right"
      size={480}
      overlayProps={{ backgroundOpacity: 0.2 }}
      title={t('visits.title')}
    >
      {error && !data && (
        <ErrorState error={error} compact order={3} onRetry={() => void refetch()} />
      )}
      {!data && !error && <LoadingLines lines={12} />}
      {data && (
        <Content visits={data} leadId={leadId} onMore={more ? () => setLimit(MANY) : undefined} />
      )}
    </Drawer>
  );
}
