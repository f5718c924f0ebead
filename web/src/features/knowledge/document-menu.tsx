import { Button, Menu } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import {
  IconCheck,
  IconDotsVertical,
  IconDownload,
  IconEye,
  IconPencil,
  IconRefresh,
  IconTrash,
} from '@/app/icons';
import { toastError, toastSuccess, toastUndo } from '@/components/toasts';
import { DocumentDialog } from './document-dialog';
import { type DocumentDetail, KNOWLEDGE } from './queries';

/** What can be done with a document. */
export function DocumentMenu({ document }: { document: DocumentDetail }) {
  const { t } = useTranslation('knowledge');
  const go = useNavigate();
  const [editing, setEditing] = useState(false);
  const url = `${KNOWLEDGE}/documents/${document.id}`;
  const act = async (what: string, send: () => Promise<unknown>) => {
    try {
      await send();
      toastSuccess(t(`document.${what}`));
    } catch (reason) {
      toastError(t('document.failed'), reason);
    }
    await invalidatePaths(KNOWLEDGE);
  };
  const remove = async () => {
    try {
      await request('delete', url, { version: document.version });
    } catch (reason) {
      toastError(t('document.failed'), reason);
      return;
    }
    await go({ to: '/knowledge' as never });
    await invalidatePaths(KNOWLEDGE);
    toastUndo(t('document.removed', { title: document.title }), async () => {
      await request('post', `${url}/restore`);
      await invalidatePaths(KNOWLEDGE);
    });
  };
  const excluded = document.status === 'excluded';
  return (
    <>
      {document.kind === 'qa' && (
        <Button
          variant="default"
          leftSection={<IconPencil size={16} />}
          onClick={() => setEditing(true)}
        >
          {t('document.edit')}
        </Button>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px="xs" aria-label={t('document.more')}>
            <IconDotsVertical size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {document.kind !== 'qa' && (
            <Menu.Item leftSection={<IconPencil size={14} />} onClick={() => setEditing(true)}>
              {t('document.edit')}
            </Menu.Item>
          )}
          <Menu.Item
            leftSection={<IconCheck size={14} />}
            onClick={() => void act('reviewed', () => request('post', `${url}/review`))}
          >
            {t('document.review')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconRefresh size={14} />}
            onClick={() => void act('reindexed', () => request('post', `${url}/reindex`))}
          >
            {t('document.reindex')}
          </Menu.Item>
          <Menu.Item
            leftSection={<IconEye size={14} />}
            onClick={() =>
              void act(excluded ? 'included' : 'excluded', () =>
                request('patch', url, { body: { excluded: !excluded }, version: document.version }),
              )
            }
          >
            {t(excluded ? 'document.include' : 'document.exclude')}
          </Menu.Item>
          {document.file && (
            <Menu.Item
              component="a"
              href={`${KNOWLEDGE}/files/${document.id}/content`}
              download
              leftSection={<IconDownload size={14} />}
            >
              {t('document.download')}
            </Menu.Item>
          )}
          <Menu.Item
            color="red"
            leftSection={<IconTrash size={14} />}
            onClick={() => void remove()}
          >
            {t('document.remove')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {editing && <DocumentDialog document={document} onClose={() => setEditing(false)} />}
    </>
  );
}
