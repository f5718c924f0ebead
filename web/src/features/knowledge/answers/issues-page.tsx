import { Button, Group, SegmentedControl, Select, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatRelative } from '@/app/format';
import { IconCheck, IconRefresh } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, FilteredEmptyState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './answers.module.css';
import { FindingCard } from './finding-card';
import { FINDINGS, type Finding, findingSummaryQuery, findingsQuery } from './queries';
import { ReasonDialog } from './reason-dialog';
import { KINDS } from './search';

const route = getRouteApi('/_app/knowledge/issues');

/** What is wrong in the knowledge base, the worst first. */
export function IssuesPage() {
  const { t } = useTranslation('knowledge/answers');
  const { state = 'open', kind, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('knowledge:write');
  const [dismissing, setDismissing] = useState<Finding>();
  const { data: summary } = useQuery({
    ...findingSummaryQuery(),
    // While texts wait to be read, what is found shows by itself.
    refetchInterval: ({ state: { data } }) => (data && data.waiting > 0 ? 2_000 : 60_000),
  });
  const { data, error, refetch } = useQuery({
    ...findingsQuery(state, kind, cursor),
    placeholderData: keepPreviousData,
    refetchInterval: summary && summary.waiting > 0 ? 2_000 : 60_000,
  });
  const go = (search: { state?: 'dismissed'; kind?: typeof kind; cursor?: string | undefined }) =>
    void navigate({ search });
  const kept = { ...(state === 'open' ? {} : { state }), ...(kind ? { kind } : {}) };
  const { next_cursor: following, previous_cursor: before } = data ?? {};

  const check = async () => {
    try {
      await request('post', `${FINDINGS}/check`);
      toastSuccess(t('issues.checking'));
      await invalidatePaths(FINDINGS);
    } catch (reason) {
      toastError(t('issues.checkFailed'), reason);
    }
  };
  const change = async (finding: Finding, next: 'open' | 'dismissed', reason: string) => {
    await request('patch', `${FINDINGS}/${finding.id}`, { body: { state: next, reason } });
    toastSuccess(t(next === 'open' ? 'issues.reopened' : 'issues.dismissed'));
    await invalidatePaths(FINDINGS);
  };
  return (
    <Page layout="wide">
      <PageHeader
        title={t('issues.title')}
        count={summary?.open}
        description={t('issues.text')}
        actions={
          mayWrite && (
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} />}
              onClick={() => void check()}
            >
              {t('issues.check')}
            </Button>
          )
        }
      />
      <Group justify="space-between" gap="sm">
        <Group gap="sm">
          <SegmentedControl
            aria-label={t('issues.state')}
            value={state}
            data={(['open', 'dismissed'] as const).map((value) => ({
              value,
              label: t(`issues.states.${value}`),
            }))}
            onChange={(value) => go(value === 'open' ? {} : { state: 'dismissed' })}
          />
          <Select
            aria-label={t('issues.kindFilter')}
            placeholder={t('issues.anyKind')}
            clearable
            value={kind ?? null}
            data={KINDS.map((value) => ({ value, label: t(`issues.kinds.${value}`) }))}
            onChange={(value) =>
              go({
                ...(state === 'open' ? {} : { state }),
                ...(value ? { kind: value as (typeof KINDS)[number] } : {}),
              })
            }
          />
        </Group>
        {summary && (
          <Text size="xs" c="dimmed" role="status">
            {summary.waiting > 0
              ? t('issues.waiting', { count: summary.waiting })
              : summary.checked_at
                ? t('issues.fresh', { when: formatRelative(summary.checked_at) })
                : t('issues.never')}
          </Text>
        )}
      </Group>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && <LoadingLines lines={10} />}
      {data?.items.length === 0 &&
        (kind ? (
          <FilteredEmptyState
            title={t('issues.filtered')}
            onClear={() => go(state === 'open' ? {} : { state })}
          />
        ) : (
          <EmptyState icon={IconCheck} title={t(`issues.emptyTitle.${state}`)}>
            {t(`issues.emptyText.${state}`)}
          </EmptyState>
        ))}
      <ul className={classes.cards} aria-label={t('issues.title')}>
        {data?.items.map((finding) => (
          <FindingCard
            key={finding.id}
            finding={finding}
            mayWrite={mayWrite}
            onDismiss={() => setDismissing(finding)}
            onReopen={() =>
              void change(finding, 'open', '').catch((reason) =>
                toastError(t('issues.failed'), reason),
              )
            }
          />
        ))}
      </ul>
      {(following || before) && (
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={!before}
            onClick={() => go({ ...kept, cursor: before ?? undefined })}
          >
            {t('issues.newer')}
          </Button>
          <Button
            variant="default"
            disabled={!following}
            onClick={() => go({ ...kept, cursor: following ?? undefined })}
          >
            {t('issues.older')}
          </Button>
        </Group>
      )}
      {dismissing && (
        <ReasonDialog
          title={t('issues.dismissTitle')}
          text={t('issues.dismissText')}
          label={t('issues.reason')}
          confirm={t('issues.dismiss')}
          cancel={t('write.cancel')}
          required
          onSend={(reason) => change(dismissing, 'dismissed', reason)}
          onClose={() => setDismissing(undefined)}
        />
      )}
    </Page>
  );
}
