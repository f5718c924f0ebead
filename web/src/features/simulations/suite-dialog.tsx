import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { agentsQuery, SUITES, type Suite } from './queries';

/** A new suite: for which agent, how often each visitor comes, and whether it keeps the gate. */
export function SuiteDialog({ onClose }: { onClose: (made?: Suite) => void }) {
  const { t } = useTranslation('simulations');
  const { data: agents } = useQuery(agentsQuery());
  const form = useForm({
    initialValues: {
      name: '',
      agent_id: null as string | null,
      repetitions: 3,
      gate: true,
      starter: true,
    },
    validate: {
      name: (value) => (value.trim() ? null : t('problem.name')),
      agent_id: (value) => (value ? null : t('problem.agent')),
    },
  });
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.add')}
      onClose={() => onClose()}
      onSubmit={async (values) => {
        const body = { ...values, name: values.name.trim() };
        const made = await request<Suite>('post', SUITES, { body });
        await invalidatePaths(SUITES);
        onClose(made);
      }}
    >
      <TextInput
        label={t('suite.name')}
        placeholder={t('new.example')}
        required
        maxLength={120}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Select
        label={t('suite.agent')}
        placeholder={t(agents?.length === 0 ? 'new.noAgent' : 'new.chooseAgent')}
        required
        data={(agents ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('agent_id')}
      />
      <NumberInput
        label={t('suite.repetitions')}
        description={t('suite.repetitionsText')}
        min={1}
        max={20}
        {...form.getInputProps('repetitions')}
      />
      <Switch
        label={t('suite.starter')}
        description={t('suite.starterText')}
        {...form.getInputProps('starter', { type: 'checkbox' })}
      />
      <Switch
        label={t('suite.gate')}
        description={t('suite.gateText')}
        {...form.getInputProps('gate', { type: 'checkbox' })}
      />
    </FormDialog>
  );
}
