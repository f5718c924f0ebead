import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { TEMPLATES, type Template } from './queries';

/** The draft becomes what is sent. */
export function PublishDialog({ template, onClose }: { template: Template; onClose: () => void }) {
  const { t } = useTranslation('mail-templates');
  const form = useForm({ initialValues: { note: '' } });
  return (
    <FormDialog
      title={t('publish.title', { name: template.name })}
      form={form}
      submit={t('publish.do')}
      onClose={onClose}
      onSubmit={async ({ note }) => {
        await request('post', `${TEMPLATES}/${template.id}/publish`, {
          body: { note: note.trim() },
          version: template.version,
        });
        await invalidatePaths(TEMPLATES);
        toastSuccess(t('publish.done', { name: template.name }));
        onClose();
      }}
    >
      <Text size="sm">{t('publish.text')}</Text>
      <TextInput
        label={t('publish.note')}
        placeholder={t('publish.example')}
        maxLength={500}
        data-autofocus
        {...form.getInputProps('note')}
      />
    </FormDialog>
  );
}
