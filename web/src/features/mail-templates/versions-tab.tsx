import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { askConfirm } from '@/components/confirm';
import { toastError, toastSuccess } from '@/components/toasts';
import { VersionsList } from '@/components/versions-list';
import type { TemplateEditor } from './draft';
import { TEMPLATES, type Template, type TemplateVersion, versionsQuery } from './queries';

interface VersionsTabProps {
  template: Template;
  editor: TemplateEditor;
  readOnly: boolean;
}

/** What was published and when, with a way back. */
export function VersionsTab({ template, editor, readOnly }: VersionsTabProps) {
  const { t } = useTranslation('mail-templates');
  const restore = async ({ number }: TemplateVersion) => {
    const sure = await askConfirm({
      title: t('versions.restoreTitle', { number }),
      message: t('versions.restoreText', { number }),
      confirm: t('versions.restore'),
      danger: false,
    });
    if (!sure || !(await editor.flush())) return;
    try {
      await request('post', `${TEMPLATES}/${template.id}/restore`, { body: { number } });
      editor.reload();
      toastSuccess(t('versions.restored', { number }));
    } catch (reason) {
      toastError(t('versions.notRestored'), reason);
    }
    await invalidatePaths(TEMPLATES);
  };
  return (
    <VersionsList
      query={useQuery(versionsQuery(template.id))}
      none={t('versions.none')}
      current={t('versions.current')}
      actions={(one) =>
        !readOnly && (
          <Button
            variant="default"
            size="xs"
            aria-label={t('versions.restoreNamed', { number: one.number })}
            onClick={() => void restore(one)}
          >
            {t('versions.restore')}
          </Button>
        )
      }
    />
  );
}
