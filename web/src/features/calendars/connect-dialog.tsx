import { PasswordInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '@/components/form-dialog';
import { toastSuccess } from '@/components/toasts';
import { type Connection, connect, renewPassword, type Vendor } from './queries';

interface ConnectDialogProps {
  vendor: Vendor;
  /** Undefined for a new account; else its password is renewed. */
  connection?: Connection | undefined;
  onClose: () => void;
}

interface Field {
  title?: string;
  description?: string;
}

/** Connects an account by address and password, or renews its password. */
export function ConnectDialog({ vendor, connection, onClose }: ConnectDialogProps) {
  const { t } = useTranslation('calendars');
  const fields = Object.entries((vendor.settings.properties ?? {}) as Record<string, Field>);
  const wantsPassword = vendor.auth === 'basic';
  const form = useForm({
    initialValues: {
      settings: Object.fromEntries(fields.map(([name]) => [name, ''])),
      password: '',
    },
    validate: {
      password: (value) => (wantsPassword && !value ? t('dialog.passwordMissing') : null),
    },
  });
  return (
    <FormDialog
      title={connection ? t('dialog.renew', { name: connection.label }) : vendor.label}
      form={form}
      submit={t(connection ? 'reconnect' : 'dialog.submit')}
      onClose={onClose}
      onSubmit={async ({ settings, password }) => {
        const saved = connection
          ? await renewPassword(connection, password)
          : await connect({
              kind: vendor.id,
              settings,
              ...(wantsPassword ? { password } : {}),
            });
        toastSuccess(t('dialog.done', { name: saved.label }));
        onClose();
      }}
    >
      {!connection &&
        fields.map(([name, field], place) => (
          <TextInput
            key={name}
            label={field.title ?? name}
            description={field.description}
            required
            data-autofocus={place === 0 || undefined}
            autoComplete="off"
            spellCheck={false}
            {...form.getInputProps(`settings.${name}`)}
          />
        ))}
      {wantsPassword && (
        <PasswordInput
          label={t('dialog.password')}
          description={vendor.notes.password}
          required
          autoComplete="off"
          maxLength={1000}
          {...form.getInputProps('password')}
        />
      )}
      {!wantsPassword && (
        <Text size="xs" c="dimmed">
          {Object.values(vendor.notes).join(' ')}
        </Text>
      )}
    </FormDialog>
  );
}
