import { Button, Group, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { useMay } from '@/app/permissions';
import { useMe } from '@/app/session';
import { useShortcuts } from '@/app/shortcuts';
import { useLeaveGuard } from '@/components/api-form';
import { toLocalInput } from '@/components/record/record-field';
import { tomorrowMorning } from '@/components/tasks/due';
import { refreshTasks } from '@/components/tasks/use-task-done';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './detail.module.css';

const LOGGED = [
  'call.completed',
  'call.missed',
  'meeting.held',
  'meeting.no_show',
  'email.sent',
  'email.replied',
] as const;

type Mode = 'note' | 'log' | 'task';

/** Write a note, write down a call or meeting, or plan a task, without leaving the lead. */
export function Composer({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const me = useMe();
  const mayWrite = useMay('leads:write');
  const mayTask = useMay('tasks:write');
  const modes: Mode[] = [...(mayWrite ? (['note', 'log'] as const) : [])];
  if (mayTask) modes.push('task');
  const [wanted, setMode] = useState<Mode>('note');
  const mode = modes.includes(wanted) ? wanted : modes[0];
  const [text, setText] = useState('');
  const [kind, setKind] = useState<string>(LOGGED[0]);
  const [when, setWhen] = useState('');
  const [due, setDue] = useState(tomorrowMorning);
  const [problem, setProblem] = useState<string>();
  const [sending, setSending] = useState(false);
  const field = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  useLeaveGuard(text.trim() !== '' && !sending, false);
  const begin = (next: Mode) => {
    if (!modes.includes(next)) return;
    // At once: the next key press belongs to the field already.
    flushSync(() => setMode(next));
    field.current?.focus();
  };
  useShortcuts([
    { keys: 'n', label: t('keys.note'), group: t('keys.group'), run: () => begin('note') },
    { keys: 'l', label: t('keys.log'), group: t('keys.group'), run: () => begin('log') },
    { keys: 't', label: t('keys.task'), group: t('keys.group'), run: () => begin('task') },
  ]);
  if (!mode) return null;

  const iso = (local: string) => (local ? new Date(local).toISOString() : undefined);
  const calls: Record<Mode, () => Promise<unknown>> = {
    note: () => request('post', `/api/v1/leads/${leadId}/notes`, { body: { body: text } }),
    log: () =>
      request('post', `/api/v1/leads/${leadId}/activities`, {
        body: { kind, body: text, ...(when ? { occurred_at: iso(when) } : {}) },
      }),
    task: () =>
      request('post', '/api/v1/tasks', {
        body: {
          title: text.trim(),
          lead_id: leadId,
          due_at: iso(due) ?? null,
          assignee_id: me.user.id,
        },
      }),
  };
  const send = async () => {
    if (sending) return;
    if (mode !== 'log' && !text.trim()) {
      setProblem(t(`composer.${mode}.missing`));
      field.current?.focus();
      return;
    }
    setSending(true);
    setProblem(undefined);
    try {
      await calls[mode]();
      setText('');
      setWhen('');
      toastSuccess(t(`composer.${mode}.saved`));
      void (mode === 'task' ? refreshTasks() : invalidatePaths('/api/v1/leads'));
    } catch (reason) {
      const fields = Object.values(toApiError(reason).fields);
      if (fields[0]) setProblem(fields[0]);
      else toastError(t(`composer.${mode}.failed`), reason);
    } finally {
      setSending(false);
    }
  };
  const common = {
    ref: field,
    'aria-label': t(`composer.${mode}.label`),
    placeholder: t(`composer.${mode}.placeholder`),
    value: text,
    error: problem,
    onChange: (event: React.ChangeEvent<HTMLInputElement & HTMLTextAreaElement>) => {
      setText(event.currentTarget.value);
      setProblem(undefined);
    },
  };
  return (
    <form
      className={classes.composer}
      aria-label={t('composer.title')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          void send();
        }
      }}
    >
      <SegmentedControl
        aria-label={t('composer.title')}
        value={mode}
        onChange={(next) => {
          setMode(next as Mode);
          setProblem(undefined);
        }}
        data={modes.map((value) => ({ value, label: t(`composer.${value}.tab`) }))}
      />
      {mode === 'log' && (
        <Group gap="sm" grow align="flex-start">
          <Select
            aria-label={t('composer.log.kind')}
            value={kind}
            onChange={(next) => next && setKind(next)}
            data={LOGGED.map((value) => ({
              value,
              label: t(`composer.log.kinds.${value.replace('.', '_')}`),
            }))}
          />
          <TextInput
            aria-label={t('composer.log.when')}
            type="datetime-local"
            max={toLocalInput(new Date().toISOString())}
            value={when}
            onChange={(event) => setWhen(event.currentTarget.value)}
          />
        </Group>
      )}
      {mode === 'task' ? (
        <TextInput {...common} maxLength={200} />
      ) : (
        <Textarea {...common} autosize minRows={2} maxRows={12} maxLength={20_000} />
      )}
      <Group justify="space-between">
        {mode === 'task' ? (
          <TextInput
            aria-label={t('composer.task.due')}
            type="datetime-local"
            value={due}
            onChange={(event) => setDue(event.currentTarget.value)}
          />
        ) : (
          <span />
        )}
        <Button type="submit" loading={sending}>
          {t(`composer.${mode}.send`)}
        </Button>
      </Group>
    </form>
  );
}
