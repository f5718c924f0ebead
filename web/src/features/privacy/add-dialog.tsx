import { Select, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { COUNTS, SUPPRESSIONS, type Suppression } from './queries';
import { CHANNELS, REASONS } from './search';

/** Stop messages to one contact point. */
export function AddDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('privacy');
  const form = useForm({
    initialValues: {
      channel: 'email',
      address: '',
      reason: 'manual',
      scope: 'marketing',
      note: '',
    },
    validate: { address: (value) => (value.trim().length > 2 ? null : t('add.addressMissing')) },
  });
  return (
    <FormDialog
      title={t('add.title')}
      form={form}
      submit={t('add.open')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = { suppressions: [values] };
        const { added } = await request<{ added: number }>('post', SUPPRESSIONS, { body });
        await invalidatePaths(SUPPRESSIONS, COUNTS);
        toastSuccess(t(added ? 'add.added' : 'add.known', { address: values.address }));
        onClose();
      }}
    >
      <Select
        label={t('suppression.channel')}
        allowDeselect={false}
        data={CHANNELS.map((value) => ({ value, label: t(`channel.${value}`) }))}
        {...form.getInputProps('channel')}
      />
      <TextInput
        label={t('suppression.address')}
        description={t('add.addressHint')}
        required
        data-autofocus
        maxLength={320}
        {...form.getInputProps('address')}
      />
      <Select
        label={t('suppression.reason')}
        allowDeselect={false}
        data={REASONS.map((value) => ({ value, label: t(`reason.${value}`) }))}
        {...form.getInputProps('reason')}
      />
      <Select
        label={t('suppression.stops')}
        allowDeselect={false}
        data={['marketing', 'all'].map((value) => ({ value, label: t(`scope.${value}`) }))}
        {...form.getInputProps('scope')}
      />
      <Textarea label={t('note')} maxLength={500} {...form.getInputProps('note')} />
    </FormDialog>
  );
}

/** Take a contact point off the list, saying why. */
export function ReleaseDialog({
  suppression,
  onClose,
}: {
  suppression: Suppression;
  onClose: () => void;
}) {
  const { t } = useTranslation('privacy');
  const form = useForm({
    initialValues: { note: '' },
    validate: { note: (value) => (value.trim().length > 2 ? null : t('release.noteMissing')) },
  });
  const name = suppression.address ?? t('suppression.forgotten');
  return (
    <FormDialog
      title={t('release.title', { name })}
      form={form}
      submit={t('release.open')}
      danger
      onClose={onClose}
      onSubmit={async (body) => {
        await request('post', `${SUPPRESSIONS}/${suppression.id}/release`, { body });
        await invalidatePaths(SUPPRESSIONS, COUNTS);
        toastSuccess(t('release.done', { name }));
        onClose();
      }}
    >
      <Text size="sm">{t(`release.text.${suppression.reason}`)}</Text>
      <Textarea
        label={t('release.note')}
        description={t('release.noteHint')}
        required
        data-autofocus
        maxLength={500}
        {...form.getInputProps('note')}
      />
    </FormDialog>
  );
}
