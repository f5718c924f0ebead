import { Badge, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { ErrorState, LoadingLines } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './mail-templates.module.css';
import { TEMPLATES, type Template, type TemplateVersion, versionsQuery } from './queries';
import type { TemplateEditor } from './use-template-editor';

interface VersionsTabProps {
  template: Template;
  editor: TemplateEditor;
  readOnly: boolean;
}

/** What was published and when, with a way back. */
export function VersionsTab({ template, editor, readOnly }: VersionsTabProps) {
  const { t } = useTranslation('mail-templates');
  const { data: versions, error, refetch } = useQuery(versionsQuery(template.id));
  if (error && !versions)
    return <ErrorState error={error} compact onRetry={() => void refetch()} />;
  if (!versions) return <LoadingLines lines={4} />;
  if (versions.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('versions.none')}
      </Text>
    );
  }
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
    <ul className={classes.list}>
      {versions.map((one) => (
        <li key={one.id} className={classes.row}>
          <div className={classes.main}>
            <Group gap="xs">
              <Text size="sm" fw={500}>
                {t('versions.number', { number: one.number })}
              </Text>
              {one.current && <Badge color="green">{t('versions.current')}</Badge>}
            </Group>
            {one.note && <Text size="sm">{one.note}</Text>}
            <Text size="xs" c="dimmed">
              {[one.published_by_name, formatDateTime(one.published_at)]
                .filter(Boolean)
                .join(' · ')}
            </Text>
          </div>
          {!readOnly && (
            <Button
              variant="default"
              size="xs"
              aria-label={t('versions.restoreNamed', { number: one.number })}
              onClick={() => void restore(one)}
            >
              {t('versions.restore')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
