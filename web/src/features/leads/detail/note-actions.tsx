import { ActionIcon, Menu } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconDots, IconPencil, IconTrash } from '@/app/icons';
import { useMay } from '@/app/permissions';
import type { Activity } from '@/components/activity-timeline';
import { askConfirm } from '@/components/confirm';
import { toastError } from '@/components/toasts';

/** Change or remove a note, from its entry in the timeline. */
export function NoteActions({
  entry,
  onEdit,
}: {
  entry: Activity;
  onEdit: (noteId: string) => void;
}) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const id = entry.data.note_id;
  if (typeof id !== 'string' || !mayWrite) return null;
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
  return (
    <Menu width={160}>
      <Menu.Target>
        <ActionIcon size={24} aria-label={t('note.menu')}>
          <IconDots size={14} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => onEdit(id)}>
          {t('note.edit')}
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} color="red" onClick={() => void remove()}>
          {t('note.delete')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
