import { ActionIcon, Button, Group, Menu, Modal, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconDots, IconPencil, IconTrash } from '@/app/icons';
import type { Activity } from '@/components/activity-timeline';
import { askConfirm } from '@/components/confirm';
import { toastError } from '@/components/toasts';

/** Change or remove a note, from its entry in the timeline. */
export function NoteActions({ entry }: { entry: Activity }) {
  const { t } = useTranslation('leads/detail');
  const [text, setText] = useState<string>();
  const [saving, setSaving] = useState(false);
  const id = entry.data.note_id;
  if (typeof id !== 'string') return null;
  const remove = async () => {
    const sure = await askConfirm({
      title: t('note.delete'),
      message: t('note.deleteText'),
      confirm: t('note.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/notes/${id}`);
    } catch (reason) {
      toastError(t('note.notDeleted'), reason);
    }
    await invalidatePaths('/api/v1/leads');
  };
  const save = async () => {
    if (!text?.trim()) return;
    setSaving(true);
    try {
      await request('patch', `/api/v1/notes/${id}`, { body: { body: text } });
      setText(undefined);
    } catch (reason) {
      toastError(t('note.notSaved'), reason);
    } finally {
      setSaving(false);
    }
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <>
      <Menu width={160}>
        <Menu.Target>
          <ActionIcon size={24} aria-label={t('note.menu')}>
            <IconDots size={14} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setText(entry.body)}>
            {t('note.edit')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconTrash size={16} />}
            color="red"
            onClick={() => void remove()}
          >
            {t('note.delete')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={text !== undefined}
        onClose={() => setText(undefined)}
        title={t('note.edit')}
        size="lg"
      >
        <Textarea
          aria-label={t('composer.note.label')}
          autosize
          minRows={4}
          maxRows={16}
          maxLength={20_000}
          data-autofocus
          value={text ?? ''}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="md" gap="xs">
          <Button variant="default" onClick={() => setText(undefined)}>
            {t('cancel')}
          </Button>
          <Button loading={saving} disabled={!text?.trim()} onClick={() => void save()}>
            {t('note.save')}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
