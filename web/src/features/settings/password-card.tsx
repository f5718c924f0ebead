import { Button, Group, PasswordInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { ApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { useMe } from '@/app/session';
import { ApiForm } from '@/components/api-form';
import { NewPassword } from '@/components/new-password';
import { MIN_LENGTH } from '@/components/password-strength';
import { SettingsCard } from '@/components/settings-card';
import { toastSuccess } from '@/components/toasts';

/** The server calls the field `new_password`; the shared field is `password`. */
function renamed(reason: unknown): unknown {
  if (reason instanceof ApiError && reason.fields.new_password) {
    reason.fields.password = reason.fields.new_password;
  }
  return reason;
}

/** Another password, knowing the present one. */
export function PasswordCard() {
  const { t } = useTranslation('settings');
  const { user, organisation } = useMe();
  const form = useForm({
    initialValues: { current_password: '', password: '' },
    clearInputErrorOnChange: true,
    validate: {
      current_password: (value) => (value ? null : t('security.needed')),
      password: (value) =>
        value.length >= MIN_LENGTH ? null : t('security.tooShort', { count: MIN_LENGTH }),
    },
  });
  return (
    <SettingsCard title={t('security.password')} description={t('security.passwordText')}>
      <ApiForm
        form={form}
        onSubmit={async ({ current_password, password }) => {
          const body = { current_password, new_password: password };
          await request('post', '/api/v1/me/password', { body }).catch((reason) => {
            throw renamed(reason);
          });
          form.reset();
          await invalidatePaths('/api/v1/me/sessions');
          toastSuccess(t('security.passwordChanged'));
        }}
      >
        {({ submitting }) => (
          <>
            <PasswordInput
              label={t('security.currentPassword')}
              autoComplete="current-password"
              required
              withAsterisk={false}
              {...form.getInputProps('current_password')}
            />
            <NewPassword
              form={form}
              label={t('security.newPassword')}
              about={[user.name, user.email, organisation.name]}
            />
            <Group>
              <Button type="submit" variant="default" loading={submitting}>
                {t('security.changePassword')}
              </Button>
            </Group>
          </>
        )}
      </ApiForm>
    </SettingsCard>
  );
}
