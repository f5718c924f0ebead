import { Button, Card, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconListCheck, IconPlus } from '@/app/icons';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import {
  EmptyState,
  ErrorState,
  FilteredEmptyState,
  LoadingLines,
  StillLoading,
} from '@/components/page-states';
import { byDue } from '@/components/tasks/due';
import { TaskDialog } from '@/components/tasks/task-dialog';
import { TaskList } from '@/components/tasks/task-list';
import { TaskRow } from '@/components/tasks/task-row';
import type { Task } from '@/components/tasks/use-task-done';
import { tasksQuery } from './queries';
import type { TasksSearch } from './search';

const route = getRouteApi('/_app/tasks');

/** What is to be done: mine or everyone's, by when it is due. */
export function TasksPage() {
  const { t } = useTranslation('tasks');
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const { nameOf } = useMembers();
  const mayWrite = useMay('tasks:write');
  const { data, error, refetch, isPlaceholderData } = useQuery(tasksQuery(search));
  const [task, setTask] = useState<Task>();
  const change = (next: Partial<TasksSearch>, replace = true) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...next }), replace });
  const turn = (cursor: string | null | undefined) =>
    cursor ? () => void navigate({ search: (old) => ({ ...old, cursor }) }) : undefined;
  const create = () => change({ create: 'task' }, false);
  const next = turn(data?.next_cursor);
  const previous = turn(data?.previous_cursor);
  return (
    <Page layout="form">
      <PageHeader
        title={t('title')}
        count={data?.total?.exact ? data.total.value : undefined}
        actions={
          mayWrite && (
            <Button leftSection={<IconPlus size={16} />} onClick={create}>
              {t('add')}
            </Button>
          )
        }
      />
      <Group gap="sm">
        <SegmentedControl
          aria-label={t('who.label')}
          value={search.who ?? 'me'}
          onChange={(value) =>
            change({ who: value === 'me' ? undefined : (value as 'all' | 'nobody') })
          }
          data={['me', 'all', 'nobody'].map((value) => ({ value, label: t(`who.${value}`) }))}
        />
        <SegmentedControl
          aria-label={t('state.label')}
          value={search.state ?? 'open'}
          onChange={(value) =>
            change({ state: value === 'open' ? undefined : (value as 'overdue' | 'done') })
          }
          data={['open', 'overdue', 'done'].map((value) => ({
            value,
            label: t(`state.${value}`),
          }))}
        />
      </Group>
      {error && !data && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !error && (
        <Card>
          <LoadingLines lines={8} height={20} />
          <StillLoading onRetry={() => void refetch()} />
        </Card>
      )}
      {data?.items.length === 0 &&
        (search.who || search.state ? (
          <FilteredEmptyState
            title={t('noMatch')}
            onClear={() => void navigate({ search: {}, replace: true })}
          />
        ) : (
          <EmptyState
            icon={IconListCheck}
            title={t('empty.title')}
            action={
              mayWrite && (
                <Button variant="default" onClick={create}>
                  {t('add')}
                </Button>
              )
            }
          >
            {t('empty.text')}
          </EmptyState>
        ))}
      <Stack gap="md" aria-busy={isPlaceholderData || undefined}>
        {byDue(data?.items ?? []).map(({ group, tasks }) => (
          <Card key={group} component="section" aria-labelledby={`tasks-${group}`}>
            <Group gap="xs" mb="xs">
              <Title
                order={2}
                size="h3"
                id={`tasks-${group}`}
                c={group === 'overdue' ? 'var(--mantine-color-red-text)' : undefined}
              >
                {t(`group.${group}`)}
              </Title>
              <Text size="sm" c="dimmed" className="tw-number">
                {tasks.length}
              </Text>
            </Group>
            <TaskList label={t(`group.${group}`)}>
              {tasks.map((item) => (
                <TaskRow
                  key={item.id}
                  task={item}
                  onEdit={setTask}
                  withSubject
                  assignee={
                    item.assignee_id === me.user.id
                      ? undefined
                      : nameOf(item.assignee_id) || t('who.nobody')
                  }
                />
              ))}
            </TaskList>
          </Card>
        ))}
      </Stack>
      {(next || previous) && (
        <Group justify="flex-end" gap="xs">
          <Button variant="default" disabled={!previous} onClick={previous}>
            {t('previous')}
          </Button>
          <Button variant="default" disabled={!next} onClick={next}>
            {t('next')}
          </Button>
        </Group>
      )}
      <TaskDialog
        task={search.create ? 'new' : task}
        onClose={() => {
          setTask(undefined);
          if (search.create) change({ create: undefined });
        }}
      />
    </Page>
  );
}
