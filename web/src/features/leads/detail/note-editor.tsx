import { Alert, Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { useRecordSave } from '@/components/record/use-record-save';
import { toastError } from '@/components/toasts';
import { type Note, noteQuery } from './queries';

interface NoteFormProps {
  leadId: string;
  /** The note as it was opened; what others make of it meanwhile does not change what is typed here. */
  note: Note;
  text: string;
  onText: (text: string) => void;
  onCancel: () => void;
  onDone: () => void;
}

function NoteForm({ leadId, note, text, onText, onCancel, onDone }: NoteFormProps) {
  const { t } = useTranslation('leads/detail');
  const [saving, setSaving] = useState(false);
  const [gone, setGone] = useState(false);
  const words = useMemo(
    () => ({
      label: () => t('composer.note.label'),
      show: (_: string, value: unknown) => String(value ?? ''),
    }),
    [t],
  );
  const change = useRecordSave<Note>('/api/v1/notes', words);
  const save = async () => {
    if (!text.trim() || saving) return;
    setSaving(true);
    try {
      if (gone) await request('post', `/api/v1/leads/${leadId}/notes`, { body: { body: text } });
      else await change({ body: text }, note);
      onDone();
    } catch (reason) {
      if (!gone && toApiError(reason).status === 404) setGone(true);
      else toastError(t('note.notSaved'), reason);
    } finally {
      setSaving(false);
    }
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <Stack gap="md">
      {gone && (
        <Alert color="yellow" role="alert">
          {t('note.gone')}
        </Alert>
      )}
      <Textarea
        aria-label={t('composer.note.label')}
        autosize
        minRows={4}
        maxRows={16}
        maxLength={20_000}
        data-autofocus
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <Button loading={saving} disabled={!text.trim()} onClick={() => void save()}>
          {t(gone ? 'note.addAgain' : 'note.save')}
        </Button>
      </Group>
    </Stack>
  );
}

/** Changes the text of a note. It belongs to the page, not to the entry, which may go while one writes. */
export function NoteEditor({
  leadId,
  noteId,
  onClose,
}: {
  leadId: string;
  noteId: string;
  onClose: () => void;
}) {
  const { t } = useTranslation('leads/detail');
  const { data, error, refetch, isFetchedAfterMount } = useQuery({
    ...noteQuery(noteId),
    staleTime: 0,
    refetchOnWindowFocus: false,
  });
  const [opened, setOpened] = useState<Note>();
  if (!opened && data && isFetchedAfterMount) setOpened(data);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? opened?.body ?? '';
  const close = async () => {
    const dirty = opened !== undefined && text !== opened.body;
    const sure =
      !dirty ||
      (await askConfirm({
        title: t('components:leave.title'),
        message: t('note.leave'),
        confirm: t('components:leave.confirm'),
      }));
    if (sure) onClose();
  };
  return (
    <Modal opened onClose={() => void close()} title={t('note.edit')} size="lg">
      {opened ? (
        <NoteForm
          leadId={leadId}
          note={opened}
          text={text}
          onText={setTyped}
          onCancel={() => void close()}
          onDone={onClose}
        />
      ) : error ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} />
      ) : (
        <LoadingLines lines={4} />
      )}
    </Modal>
  );
}
