import { SegmentedControl, Select, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import type { ConsentContact } from './queries';

const BASES = [
  'consent',
  'contract',
  'legitimate_interest',
  'legal_obligation',
  'vital_interest',
  'public_task',
] as const;

interface ConsentDialogProps {
  leadId: string;
  contact: ConsentContact;
  onClose: () => void;
}

/** Note a consent or a withdrawal that a member knows of, with what proves it. */
export function ConsentDialog({ leadId, contact, onClose }: ConsentDialogProps) {
  const { t } = useTranslation('leads/detail');
  const purposes = contact.purposes.filter((purpose) => purpose.requires !== 'none');
  const form = useForm({
    initialValues: {
      purpose: purposes[0]?.key ?? '',
      state: 'granted',
      basis: 'consent',
      note: '',
      document: '',
    },
    validate: {
      note: (value, { state }) =>
        state === 'granted' && value.trim().length < 3 ? t('consent.noteMissing') : null,
    },
  });
  const granted = form.values.state === 'granted';
  return (
    <FormDialog
      title={t('consent.noteFor', { channel: t(`consent.channel.${contact.channel}`) })}
      form={form}
      submit={t('consent.save')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = { ...values, channel: contact.channel };
        await request('post', `/api/v1/leads/${leadId}/consents`, { body });
        await invalidatePaths('/api/v1/leads');
        toastSuccess(t('consent.saved'));
        onClose();
      }}
    >
      <Select
        label={t('consent.purpose')}
        allowDeselect={false}
        data={purposes.map((purpose) => ({ value: purpose.key, label: purpose.name }))}
        {...form.getInputProps('purpose')}
      />
      <SegmentedControl
        aria-label={t('consent.what')}
        fullWidth
        data={['granted', 'withdrawn'].map((value) => ({
          value,
          label: t(`consent.state.${value}`),
        }))}
        {...form.getInputProps('state')}
      />
      {granted && (
        <Select
          label={t('consent.basisLabel')}
          allowDeselect={false}
          data={BASES.map((value) => ({ value, label: t(`consent.basis.${value}`) }))}
          {...form.getInputProps('basis')}
        />
      )}
      <Textarea
        label={t('consent.note')}
        description={t('consent.noteHint')}
        required={granted}
        maxLength={500}
        {...form.getInputProps('note')}
      />
      <TextInput
        label={t('consent.document')}
        description={t('consent.documentHint')}
        maxLength={200}
        {...form.getInputProps('document')}
      />
    </FormDialog>
  );
}
