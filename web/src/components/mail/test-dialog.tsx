import { Select, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { apiQuery, request } from '@/api/client';
import { useMe } from '@/app/session';
import { FormDialog } from '../form-dialog';
import { toastSuccess } from '../toasts';

interface TestDialogProps {
  templateId: string;
  /** The one the template has for everybody else, where left out. */
  language?: string;
  personId: string | undefined;
  onClose: () => void;
}

/** The draft goes to a colleague. Texts: load `mail-templates`. */
export function TestDialog({ templateId, language, personId, onClose }: TestDialogProps) {
  const { t } = useTranslation('mail-templates');
  const me = useMe();
  const { data: members } = useQuery(apiQuery<Schema<'MemberList'>>('/api/v1/members'));
  const form = useForm({ initialValues: { to: me.user.email } });
  const known = (members?.items ?? []).map(({ email, name }) => ({
    value: email,
    label: `${name} (${email})`,
  }));
  return (
    <FormDialog
      title={t('test.title')}
      form={form}
      submit={t('test.send')}
      onClose={onClose}
      onSubmit={async ({ to }) => {
        await request('post', `/api/v1/mail-templates/${templateId}/test`, {
          body: { to, language: language ?? null, person_id: personId ?? null },
        });
        toastSuccess(t('test.sent', { to }));
        onClose();
      }}
    >
      <Text size="sm">{t('test.text')}</Text>
      <Select
        label={t('test.to')}
        searchable
        allowDeselect={false}
        data={known.length > 0 ? known : [me.user.email]}
        {...form.getInputProps('to')}
      />
    </FormDialog>
  );
}
