import { Badge, Button, Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconClock, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState, ErrorState, LoadingLines, StillLoading } from '@/components/page-states';
import { type Schedule, schedulesQuery } from '../queries';
import { ScheduleDialog } from './schedule-dialog';
import { ScheduleEditor } from './schedule-editor';

const route = getRouteApi('/_app/meetings/availability');

/** When people can be met: schedules of one's own, shared ones, those of others for who manages them. */
export function AvailabilityPage() {
  const { t } = useTranslation('meetings/availability');
  const { schedule: wanted, create } = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const { nameOf } = useMembers();
  const mayWrite = useMay('meetings:write');
  const { data, error, refetch } = useQuery(schedulesQuery());
  const own = data?.filter(({ user_id }) => user_id === me.user.id) ?? [];
  const shown =
    data?.find(({ id }) => id === wanted) ??
    own.find((one) => one.is_default) ??
    own[0] ??
    data?.[0];
  const whose = ({ user_id }: Schedule) =>
    user_id === null ? t('shared') : user_id === me.user.id ? t('mine') : nameOf(user_id);
  const groups = [...new Set(data?.map(whose))].map((group) => ({
    group,
    items: (data ?? [])
      .filter((one) => whose(one) === group)
      .map(({ id, name }) => ({ value: id, label: name })),
  }));
  const open = (schedule: string | undefined) =>
    void navigate({ search: schedule ? { schedule } : {} });
  const add = mayWrite && (
    <Button
      variant="default"
      leftSection={<IconPlus size={16} />}
      onClick={() => void navigate({ search: (old) => ({ ...old, create: true }) })}
    >
      {t('add')}
    </Button>
  );
  return (
    <Page>
      <PageHeader
        title={t('title')}
        description={t('text')}
        actions={data && data.length > 0 && add}
      />
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <>
          <LoadingLines lines={10} height={28} />
          <StillLoading onRetry={() => void refetch()} />
        </>
      )}
      {data?.length === 0 && (
        <EmptyState icon={IconClock} title={t('empty.title')} action={add}>
          {t('empty.text')}
        </EmptyState>
      )}
      {shown && (
        <>
          {(data?.length ?? 0) > 1 && (
            <Group gap="sm" align="flex-end">
              <Select
                label={t('schedule')}
                w={{ base: '100%', sm: 320 }}
                data={groups}
                value={shown.id}
                onChange={(id) => open(id ?? undefined)}
              />
              <Group gap="xs" h={36}>
                <Badge color="gray">{whose(shown)}</Badge>
                {shown.is_default && <Badge>{t('default')}</Badge>}
                {!shown.editable && <Badge color="gray">{t('readOnly')}</Badge>}
              </Group>
            </Group>
          )}
          <ScheduleEditor
            key={shown.id}
            schedule={shown}
            readOnly={!shown.editable}
            onGone={() => open(undefined)}
          />
        </>
      )}
      {create && mayWrite && <ScheduleDialog onClose={(made) => open(made?.id ?? wanted)} />}
    </Page>
  );
}
