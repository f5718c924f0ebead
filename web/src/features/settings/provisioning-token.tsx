import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconAlertTriangle } from '@/app/icons';
import { FormDialog } from '@/components/form-dialog';
import { Copyable } from './copyable';

const DAYS = ['90', '180', '365', '730'] as const;

type Created = Schema<'ProvisioningTokenCreated'>;

interface TokenDialogProps {
  onClose: () => void;
  onMade: (made: Created) => void;
}

/** Make a token for an identity provider. */
export function ProvisioningTokenDialog({ onClose, onMade }: TokenDialogProps) {
  const { t } = useTranslation('settings');
  const form = useForm({
    initialValues: { name: '', valid_days: '365' },
    validate: { name: (value) => (value.trim() ? null : t('provisioning.nameMissing')) },
  });
  return (
    <FormDialog
      title={t('provisioning.new')}
      form={form}
      submit={t('provisioning.make')}
      onClose={onClose}
      onSubmit={async ({ name, valid_days }) => {
        const body = { name, valid_days: Number(valid_days) };
        const made = await request<Created>('post', '/api/v1/provisioning/tokens', { body });
        onMade(made);
        await invalidatePaths('/api/v1/provisioning/tokens');
      }}
    >
      <TextInput
        label={t('provisioning.name')}
        description={t('provisioning.nameText')}
        data-autofocus
        required
        maxLength={120}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('provisioning.valid')}
        allowDeselect={false}
        data={DAYS.map((value) => ({ value, label: t(`provisioning.days.${value}`) }))}
        {...form.getInputProps('valid_days')}
      />
    </FormDialog>
  );
}

/** A token just made, shown this once. */
export function ProvisioningSecret({ made, onClose }: { made: Created; onClose: () => void }) {
  const { t } = useTranslation('settings');
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      closeOnClickOutside={false}
      closeOnEscape={false}
      title={t('provisioning.made', { name: made.name })}
    >
      <Stack gap="md">
        <Alert color="yellow" icon={<IconAlertTriangle size={16} />}>
          {t('provisioning.onceText')}
        </Alert>
        <Copyable label={t('provisioning.secret')} text={made.token} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{t('provisioning.kept')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
