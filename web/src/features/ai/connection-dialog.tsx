import { PasswordInput, Select, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { type Connection, changeAi, type Provider } from './queries';
import { filledIn, settingFields } from './words';

interface ConnectionDialogProps {
  /** Undefined for a new one. */
  connection: Connection | undefined;
  providers: readonly Provider[];
  onClose: () => void;
}

/** Initial text of each setting: what is stored, else the provider's default. */
function initialSettings(provider: Provider | undefined, stored: Record<string, unknown> = {}) {
  const fields = provider ? settingFields(provider.settings) : [];
  return Object.fromEntries(
    fields.map(({ name, initial }) => [
      name,
      stored[name] == null ? initial : String(stored[name]),
    ]),
  );
}

/** Connect a provider, or change a connection; a key that is not entered stays. */
export function ConnectionDialog({ connection, providers, onClose }: ConnectionDialogProps) {
  const { t } = useTranslation('ai');
  const first = connection?.provider ?? providers.find(({ key }) => key === 'required')?.id ?? '';
  const providerOf = (id: string) => providers.find((one) => one.id === id);
  const form = useForm({
    initialValues: {
      provider: first,
      label: connection?.label ?? providerOf(first)?.label ?? '',
      settings: initialSettings(providerOf(first), connection?.settings),
      key: '',
      models: providerOf(first)?.suggested.text ?? [],
      enabled: connection?.enabled ?? true,
    },
    validate: {
      label: (value) => (value.trim() ? null : t('dialog.labelMissing')),
      key: (value, values) =>
        !connection && providerOf(values.provider)?.key === 'required' && !value
          ? t('dialog.keyMissing')
          : null,
    },
  });
  const provider = providerOf(form.values.provider);
  const fields = provider ? settingFields(provider.settings) : [];
  const choose = (id: string | null) => {
    const chosen = providerOf(id ?? '');
    if (!chosen) return;
    form.setValues({
      provider: chosen.id,
      label: chosen.label,
      settings: initialSettings(chosen),
      key: '',
      models: chosen.suggested.text ?? [],
    });
  };
  return (
    <FormDialog
      title={connection ? t('dialog.edit', { name: connection.label }) : t('connect')}
      size="lg"
      form={form}
      submit={t(connection ? 'save' : 'dialog.submit')}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = {
          label: values.label,
          settings: filledIn(values.settings),
          ...(values.key ? { key: values.key } : {}),
        };
        if (connection) {
          await changeAi('patch', `/connections/${connection.id}`, {
            body: { ...body, enabled: values.enabled },
            version: connection.version,
          });
        } else {
          const models = values.models.map((name) => ({ capability: 'text', name }));
          await changeAi('post', '/connections', {
            body: {
              ...body,
              provider: values.provider,
              ...(models.length > 0 ? { models } : {}),
            },
          });
        }
        toastSuccess(t('dialog.saved', { name: values.label }));
        onClose();
      }}
    >
      {!connection && (
        <Select
          label={t('dialog.provider')}
          data={providers.map(({ id, label }) => ({ value: id, label }))}
          value={form.values.provider}
          onChange={choose}
          allowDeselect={false}
          description={Object.values(provider?.notes ?? {}).join(' ')}
        />
      )}
      <TextInput
        label={t('dialog.label')}
        description={t('dialog.labelText')}
        required
        maxLength={80}
        {...form.getInputProps('label')}
      />
      {fields.map((field) =>
        field.options.length > 0 ? (
          <Select
            key={field.name}
            label={field.title}
            description={field.description}
            required={field.required}
            data={field.options}
            {...form.getInputProps(`settings.${field.name}`)}
          />
        ) : (
          <TextInput
            key={field.name}
            label={field.title}
            description={field.description}
            required={field.required}
            {...form.getInputProps(`settings.${field.name}`)}
          />
        ),
      )}
      {provider && provider.key !== 'none' && (
        <PasswordInput
          label={t('dialog.key')}
          description={
            connection?.has_key
              ? t('dialog.keyStays', { hint: connection.key_hint })
              : t('dialog.keyText')
          }
          required={!connection && provider.key === 'required'}
          autoComplete="off"
          maxLength={4000}
          {...form.getInputProps('key')}
        />
      )}
      {!connection && provider?.capabilities.includes('text') && (
        <TagsInput
          label={t('dialog.models')}
          description={t('dialog.modelsText')}
          data={provider.suggested.text ?? []}
          acceptValueOnBlur
          maxTags={20}
          {...form.getInputProps('models')}
        />
      )}
      {connection && (
        <Switch
          label={t('dialog.enabled')}
          description={t('dialog.enabledText')}
          {...form.getInputProps('enabled', { type: 'checkbox' })}
        />
      )}
      {provider && Object.keys(provider.missing).length > 0 && !connection && (
        <Text size="xs" c="dimmed">
          {Object.values(provider.missing)[0]}
        </Text>
      )}
    </FormDialog>
  );
}
