import { Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { AGENTS, type Agent } from './queries';

/** A new agent: a name; everything else has a good beginning. */
export function AgentDialog({ onClose }: { onClose: (made?: Agent) => void }) {
  const { t } = useTranslation('agents');
  const form = useForm({
    initialValues: { name: '' },
    validate: { name: (value) => (value.trim() ? null : t('basics.nameMissing')) },
  });
  return (
    <FormDialog
      title={t('new.title')}
      submit={t('new.add')}
      form={form}
      onClose={() => onClose()}
      onSubmit={async ({ name }) => {
        const made = await request<Agent>('post', AGENTS, { body: { name: name.trim() } });
        await invalidatePaths(AGENTS);
        onClose(made);
      }}
    >
      <TextInput
        label={t('basics.name')}
        placeholder={t('new.example')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Text size="sm" c="dimmed">
        {t('new.text')}
      </Text>
    </FormDialog>
  );
}
