import { Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { FormDialog } from '@/components/form-dialog';
import { agentsQuery, ofForm, WIDGETS, type Widget } from './queries';

/** A new widget: what it is called, who answers, which sites carry it. */
export function WidgetDialog({ onClose }: { onClose: (made?: Widget) => void }) {
  const { t } = useTranslation('chat-widgets');
  const { data: agents = [] } = useQuery(agentsQuery());
  const form = useForm({
    initialValues: {
      name: '',
      agent_id: null as string | null,
      allowed_domains: [] as string[],
    },
    validate: { name: (value) => (value.trim() ? null : t('fields.nameMissing')) },
  });
  return (
    <FormDialog
      title={t('new.title')}
      form={form}
      submit={t('new.submit')}
      onClose={() => onClose()}
      onSubmit={async ({ name, agent_id, allowed_domains }) => {
        const body = { name: name.trim(), agent_id, settings: { allowed_domains } };
        try {
          const made = await request<Widget>('post', WIDGETS, { body });
          await invalidatePaths(WIDGETS);
          onClose(made);
        } catch (reason) {
          throw ofForm(reason);
        }
      }}
    >
      <TextInput
        label={t('fields.name')}
        description={t('fields.nameText')}
        required
        data-autofocus
        maxLength={80}
        {...form.getInputProps('name')}
      />
      <Select
        label={t('fields.agent')}
        data={agents.map(({ id, name }) => ({ value: id, label: name }))}
        placeholder={t('fields.defaultAgent')}
        clearable
        {...form.getInputProps('agent_id')}
      />
      <Domains
        value={form.values.allowed_domains}
        onChange={(next) => form.setFieldValue('allowed_domains', next)}
        errors={form.errors}
      />
    </FormDialog>
  );
}

interface DomainsProps {
  value: string[];
  onChange: (value: string[]) => void;
  errors: Record<string, React.ReactNode>;
  disabled?: boolean;
}

/** The sites that may carry a widget. */
export function Domains({ value, onChange, errors, disabled = false }: DomainsProps) {
  const { t } = useTranslation('chat-widgets');
  const problems = Object.keys(errors)
    .filter((field) => field.startsWith('allowed_domains'))
    .map((field) => errors[field]);
  return (
    <TagsInput
      label={t('fields.domains')}
      description={t('fields.domainsText')}
      placeholder={value.length > 0 ? '' : 'example.com'}
      acceptValueOnBlur
      maxTags={50}
      splitChars={[',', ' ']}
      value={value}
      onChange={onChange}
      disabled={disabled}
      error={problems.length > 0 && problems.join(' ')}
    />
  );
}
