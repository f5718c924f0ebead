import { Button, Group, Modal, Select, SimpleGrid, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { formatDateTime } from '@/app/format';
import { useMembers } from '@/app/members';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { ApiForm } from '../api-form';
import { askConfirm } from '../confirm';
import { toLocalInput } from '../record/record-field';
import { useRecordSave } from '../record/use-record-save';
import { toastError, toastSuccess } from '../toasts';
import { tomorrowMorning } from './due';
import { refreshTasks, type Task } from './use-task-done';

export interface TaskSubject {
  lead_id?: string;
  company_id?: string;
  deal_id?: string;
}

interface TaskDialogProps {
  /** The task to change; "new" for a new one; undefined closes the dialog. */
  task: Task | 'new' | undefined;
  subject?: TaskSubject;
  onClose: () => void;
}

const PRIORITIES = ['low', 'normal', 'high'] as const;
type Priority = (typeof PRIORITIES)[number];

function TaskForm({
  task,
  subject = {},
  onClose,
}: Omit<TaskDialogProps, 'task'> & { task: Task | undefined }) {
  const { t } = useTranslation('tasks/parts');
  const me = useMe();
  const members = useMembers();
  const mayWrite = useMay('tasks:write');
  const form = useForm({
    initialValues: {
      title: task?.title ?? '',
      body: task?.body ?? '',
      due_at: task ? (task.due_at ? toLocalInput(task.due_at) : '') : tomorrowMorning(),
      assignee_id: task ? task.assignee_id : (me.user.id as string | null),
      priority: (task?.priority ?? 'normal') as Priority,
    },
    validateInputOnBlur: true,
    validate: { title: (value) => (value.trim() ? null : t('titleMissing')) },
  });
  const { nameOf } = members;
  const words = useMemo(
    () => ({
      label: (field: string) =>
        t(({ due_at: 'due', assignee_id: 'assignee' } as Record<string, string>)[field] ?? field),
      show: (field: string, value: unknown) => {
        if (field === 'assignee_id') return value ? nameOf(String(value)) : t('nobody');
        if (field === 'due_at') return value ? formatDateTime(String(value)) : '';
        return field === 'priority' ? t(`priorities.${value}`) : String(value ?? '');
      },
    }),
    [t, nameOf],
  );
  const change = useRecordSave<Task>('/api/v1/tasks', words);
  const remove = async () => {
    if (!task) return;
    const sure = await askConfirm({
      title: t('delete'),
      message: t('deleteText', { title: task.title }),
      confirm: t('delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/tasks/${task.id}`, { version: task.version });
      onClose();
    } catch (reason) {
      toastError(t('notDeleted'), reason);
    }
    await refreshTasks();
  };
  return (
    <ApiForm
      form={form}
      onSubmit={async (values) => {
        const body: Record<string, unknown> = {
          ...values,
          due_at: values.due_at ? new Date(values.due_at).toISOString() : null,
        };
        if (task) {
          // Only what was changed here: what others changed meanwhile is theirs.
          await change(
            Object.fromEntries(Object.entries(body).filter(([field]) => form.isDirty(field))),
            task,
          );
        } else {
          await request('post', '/api/v1/tasks', { body: { ...body, ...subject } });
          toastSuccess(t('created', { title: values.title }));
        }
        onClose();
        void refreshTasks();
      }}
    >
      {({ submitting }) => (
        <>
          <TextInput
            label={t('title')}
            required
            maxLength={200}
            data-autofocus
            {...form.getInputProps('title')}
          />
          <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
            <TextInput label={t('due')} type="datetime-local" {...form.getInputProps('due_at')} />
            <Select
              label={t('priority')}
              data={PRIORITIES.map((value) => ({ value, label: t(`priorities.${value}`) }))}
              {...form.getInputProps('priority')}
            />
          </SimpleGrid>
          <Select
            label={t('assignee')}
            data={members.options}
            clearable
            searchable={members.options.length > 8}
            placeholder={t('nobody')}
            {...form.getInputProps('assignee_id')}
          />
          <Textarea
            label={t('body')}
            autosize
            minRows={3}
            maxRows={12}
            maxLength={20_000}
            {...form.getInputProps('body')}
          />
          <Group justify="space-between">
            {task && mayWrite ? (
              <Button variant="subtle" color="red" onClick={() => void remove()}>
                {t('delete')}
              </Button>
            ) : (
              <span />
            )}
            <Group gap="xs">
              <Button variant="default" onClick={onClose}>
                {t('cancel')}
              </Button>
              {mayWrite && (
                <Button type="submit" loading={submitting}>
                  {t(task ? 'save' : 'add')}
                </Button>
              )}
            </Group>
          </Group>
        </>
      )}
    </ApiForm>
  );
}

/** Add a task or change one. */
export function TaskDialog({ task, subject, onClose }: TaskDialogProps) {
  const { t } = useTranslation('tasks/parts');
  return (
    <Modal
      opened={task !== undefined}
      onClose={onClose}
      // A stray click must not throw away what was typed.
      closeOnClickOutside={false}
      title={t(task === 'new' ? 'new' : 'edit')}
    >
      {task !== undefined && (
        <TaskForm
          key={task === 'new' ? 'new' : `${task.id}-${task.version}`}
          task={task === 'new' ? undefined : task}
          {...(subject ? { subject } : {})}
          onClose={onClose}
        />
      )}
    </Modal>
  );
}
