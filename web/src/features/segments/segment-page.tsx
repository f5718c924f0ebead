import { ActionIcon, Badge, Button, Group, Skeleton, Text, Tooltip } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths, queryClient } from '@/api/query-client';
import { formatNumber, formatRelative } from '@/app/format';
import { IconRefresh, IconTrash, IconUsers } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import type { Condition } from '@/components/filter-bar/condition';
import { describe } from '@/components/filter-bar/describe';
import { LinkButton } from '@/components/link-anchor';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { ErrorState, LoadingLines, NotFoundState } from '@/components/page-states';
import { useRecordSave } from '@/components/record/use-record-save';
import { toastError, toastSuccess } from '@/components/toasts';
import { changesOf, valuesOf } from './changes';
import { Members } from './members';
import { fieldsQuery, PATH, type Segment, segmentQuery } from './queries';
import { SegmentForm } from './segment-form';

const route = getRouteApi('/_app/segments/$segmentId');

/** When the number of leads was counted, and counting it again. */
function Counted({ segment }: { segment: Segment }) {
  const { t } = useTranslation('segments');
  const { mutate, isPending } = useMutation({
    mutationFn: () => request<Segment>('post', `${PATH}/${segment.id}/refresh`),
    onSuccess: (saved) => {
      queryClient.setQueryData(segmentQuery(segment.id).queryKey, saved);
      void invalidatePaths(PATH);
    },
    onError: (reason) => toastError(t('countFailed'), reason),
  });
  return (
    <Group gap={4}>
      <Text size="sm" inherit>
        {segment.member_count === null
          ? t('uncounted')
          : t('members.count', {
              count: segment.member_count,
              number: formatNumber(segment.member_count),
            })}
        {segment.counted_at && ` · ${t('counted', { when: formatRelative(segment.counted_at) })}`}
      </Text>
      <Tooltip label={t('countAgain')}>
        <ActionIcon
          size={24}
          aria-label={t('countAgain')}
          loading={isPending}
          onClick={() => mutate()}
        >
          <IconRefresh size={14} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

/** One segment: what it means, the leads it holds, changing it. */
export function SegmentPage() {
  const { t } = useTranslation('segments');
  const { t: kit } = useTranslation('components');
  const { segmentId } = route.useParams();
  const { cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const go = useNavigate();
  const mayWrite = useMay('segments:write');
  const { data: segment, error, refetch } = useQuery(segmentQuery(segmentId));
  const fields = useQuery(fieldsQuery()).data?.fields;
  const words = useMemo(
    () => ({
      label: (field: string) => t(`field.${field}`, { defaultValue: field }),
      show: (field: string, value: unknown) =>
        field === 'condition' && value
          ? describe(value as Condition, fields ?? [], kit)
          : String(value ?? ''),
    }),
    [t, kit, fields],
  );
  const save = useRecordSave<Segment>(PATH, words);
  if (!segment && error) {
    return (
      <Page>
        {toApiError(error).status === 404 ? (
          <NotFoundState title={t('missing')} to="/segments" back={t('back')} />
        ) : (
          <ErrorState error={error} order={1} onRetry={() => void refetch()} />
        )}
      </Page>
    );
  }
  if (!segment) {
    return (
      <Page>
        <PageHeader title={t('one')} description={<Skeleton height={16} width={180} mt={8} />} />
        <LoadingLines lines={8} height={20} />
      </Page>
    );
  }
  const remove = async () => {
    const sure = await askConfirm({
      title: t('delete.title', { name: segment.name }),
      message: t('delete.text', {
        count: segment.member_count ?? 0,
        number: formatNumber(segment.member_count ?? 0),
      }),
      confirm: t('delete.confirm'),
    });
    if (!sure) return;
    try {
      await request('delete', `${PATH}/${segment.id}`, { version: segment.version });
    } catch (reason) {
      toastError(t('delete.failed'), reason);
      return;
    }
    toastSuccess(t('delete.done', { name: segment.name }));
    await go({ to: '/segments', ignoreBlocker: true });
    queryClient.removeQueries({ queryKey: segmentQuery(segment.id).queryKey });
    void invalidatePaths(PATH, '/api/v1/leads/fields');
  };
  return (
    <Page>
      <PageHeader
        title={segment.name}
        beside={<Badge color="gray">{t(`kind.${segment.kind}`)}</Badge>}
        description={<Counted segment={segment} />}
        actions={
          <>
            {mayWrite && (
              <Button
                variant="default"
                leftSection={<IconTrash size={16} />}
                onClick={() => void remove()}
              >
                {t('delete.button')}
              </Button>
            )}
            <LinkButton
              to={'/leads' as never}
              search={{ segment_id: segment.id } as never}
              variant="default"
              leftSection={<IconUsers size={16} />}
            >
              {t('seeLeads')}
            </LinkButton>
          </>
        }
      />
      <SegmentForm
        key={`${segment.id}-${segment.version}`}
        values={valuesOf(segment)}
        kind={segment.kind}
        readOnly={!mayWrite}
        isDirty={(values) => Object.keys(changesOf(values, segment)).length > 0}
        submit={t('save')}
        onSave={async (values) => {
          await save(changesOf(values, segment), segment);
          void invalidatePaths('/api/v1/leads/fields', '/api/v1/leads');
          toastSuccess(t('saved'));
        }}
      >
        {segment.kind === 'static' && (
          <Members
            segment={segment}
            readOnly={!mayWrite}
            cursor={cursor}
            onCursor={(next) => void navigate({ search: { cursor: next } })}
          />
        )}
      </SegmentForm>
    </Page>
  );
}
