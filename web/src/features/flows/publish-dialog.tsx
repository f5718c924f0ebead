import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { FLOWS, type Flow } from './queries';

/** The draft becomes what agents ask. */
export function PublishDialog({ flow, onClose }: { flow: Flow; onClose: () => void }) {
  const { t } = useTranslation('flows');
  const form = useForm({ initialValues: { note: '' } });
  return (
    <FormDialog
      title={t('publish.title', { name: flow.name })}
      form={form}
      submit={t('publish.do')}
      onClose={onClose}
      onSubmit={async ({ note }) => {
        await request('post', `${FLOWS}/${flow.id}/publish`, {
          body: { note: note.trim() },
          version: flow.version,
        });
        await invalidatePaths(FLOWS);
        toastSuccess(t('publish.done', { name: flow.name }));
        onClose();
      }}
    >
      <Text size="sm">{t('publish.text')}</Text>
      <TextInput
        label={t('publish.note')}
        placeholder={t('publish.example')}
        maxLength={200}
        data-autofocus
        {...form.getInputProps('note')}
      />
    </FormDialog>
  );
}
