import { ActionIcon, Anchor, FileButton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatBytes, formatDate } from '@/app/format';
import { IconTrash, IconUpload } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './detail.module.css';
import { filesQuery, type StoredFile } from './queries';
import { RelatedCard } from './related-card';

const MAX_BYTES = 25 * 1024 ** 2;

/** Files of a lead: upload, download, remove. */
export function FilesCard({ leadId }: { leadId: string }) {
  const { t } = useTranslation('leads/detail');
  const mayWrite = useMay('leads:write');
  const files = useQuery(filesQuery(leadId));
  const [sending, setSending] = useState(false);
  const reset = useRef<() => void>(null);
  const upload = async (file: File | null) => {
    reset.current?.();
    if (!file) return;
    if (file.size > MAX_BYTES) {
      toastError(
        t('files.notUploaded', { name: file.name }),
        new Error(t('files.tooLarge', { size: formatBytes(MAX_BYTES) })),
      );
      return;
    }
    const body = new FormData();
    body.append('file', file);
    setSending(true);
    try {
      await request('post', `/api/v1/leads/${leadId}/files`, { body });
      toastSuccess(t('files.uploaded', { name: file.name }));
    } catch (reason) {
      toastError(t('files.notUploaded', { name: file.name }), reason);
    } finally {
      setSending(false);
    }
    await invalidatePaths('/api/v1/leads');
  };
  const remove = async (file: StoredFile) => {
    const sure = await askConfirm({
      title: t('files.delete'),
      message: t('files.deleteText', { name: file.name }),
      confirm: t('files.delete'),
    });
    if (!sure) return;
    try {
      await request('delete', `/api/v1/files/${file.id}`);
    } catch (reason) {
      toastError(t('files.notDeleted', { name: file.name }), reason);
    }
    await invalidatePaths('/api/v1/leads');
  };
  return (
    <RelatedCard
      title={t('files.title')}
      count={files.data?.length}
      query={files}
      empty={t('files.empty')}
      action={
        mayWrite && (
          <FileButton
            onChange={(file) => void upload(file)}
            resetRef={reset}
            inputProps={{ 'aria-label': t('files.upload') }}
          >
            {(props) => (
              <ActionIcon
                {...props}
                aria-label={t('files.upload')}
                title={t('files.upload')}
                loading={sending}
              >
                <IconUpload size={16} />
              </ActionIcon>
            )}
          </FileButton>
        )
      }
    >
      <ul className={classes.items}>
        {files.data?.map((file) => (
          <li key={file.id}>
            <div className={classes.itemMain}>
              <Anchor
                size="sm"
                href={`/api/v1/files/${file.id}/content`}
                download={file.name}
                className={classes.itemName}
                title={file.name}
              >
                {file.name}
              </Anchor>
              <Text size="xs" c="dimmed">
                {formatBytes(file.size_bytes)} · {formatDate(file.created_at)}
                {file.uploaded_by_name && ` · ${file.uploaded_by_name}`}
              </Text>
            </div>
            {mayWrite && (
              <ActionIcon
                size={28}
                aria-label={t('files.deleteNamed', { name: file.name })}
                onClick={() => void remove(file)}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </li>
        ))}
      </ul>
    </RelatedCard>
  );
}
