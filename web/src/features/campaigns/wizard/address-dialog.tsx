import { Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { useMe } from '@/app/session';
import { FormDialog } from '@/components/form-dialog';
import { CAMPAIGNS, TEMPLATES } from '../queries';
import { MAIL_SETTINGS, mailSettingsQuery } from './queries';

type Settings = Schema<'MailSettingsRead'>;

function Form({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const { t } = useTranslation('campaigns');
  const { organisation } = useMe();
  const form = useForm({
    initialValues: {
      company_name: settings.company_name || organisation.name,
      postal_address: settings.postal_address ?? '',
    },
    validate: { postal_address: (value) => (value.trim() ? null : t('address.missing')) },
  });
  return (
    <FormDialog
      title={t('address.title')}
      form={form}
      submit={t('address.save')}
      onClose={onClose}
      onSubmit={async (body) => {
        await request('patch', MAIL_SETTINGS, { body, version: settings.version });
        await invalidatePaths(MAIL_SETTINGS, TEMPLATES, CAMPAIGNS);
        onClose();
      }}
    >
      <TextInput
        label={t('address.company')}
        maxLength={120}
        {...form.getInputProps('company_name')}
      />
      <Textarea
        label={t('address.postal')}
        description={t('address.postalText')}
        required
        autosize
        minRows={2}
        maxLength={500}
        data-autofocus
        {...form.getInputProps('postal_address')}
      />
    </FormDialog>
  );
}

/** The postal address that every mail has to carry, given in place. */
export function AddressDialog({ onClose }: { onClose: () => void }) {
  const { data } = useQuery(mailSettingsQuery());
  return data ? <Form settings={data} onClose={onClose} /> : null;
}
