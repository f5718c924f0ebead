import { Button, Group, PasswordInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { AuthHeading } from './auth-heading';
import { signIn } from './queries';
import { rules } from './rules';
import { safeNext } from './search';

const route = getRouteApi('/_auth/login');

export function LoginPage() {
  const { t } = useTranslation('auth');
  const { next, email } = route.useSearch();
  const router = useRouter();
  const check = rules(t);
  const form = useForm({
    initialValues: { email: email ?? '', password: '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: { email: check.email, password: check.filled },
  });
  return (
    <>
      <AuthHeading title={t('login.title')} />
      <ApiForm
        form={form}
        onSubmit={async ({ email: address, password }) => {
          await signIn({ email: address.trim(), password });
          router.history.push(safeNext(next));
        }}
        messageFor={(_code, status) => {
          if (status === 401) return t('login.wrong');
          return status === 429 ? t('login.tooMany') : undefined;
        }}
      >
        {({ submitting }) => (
          <>
            <TextInput
              {...form.getInputProps('email')}
              label={t('email')}
              type="email"
              autoComplete="username"
              autoFocus={!email}
              required
              withAsterisk={false}
            />
            <PasswordInput
              {...form.getInputProps('password')}
              aria-invalid={Boolean(form.errors.password)}
              label={t('password')}
              autoComplete="current-password"
              autoFocus={Boolean(email)}
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            />
            <Button type="submit" fullWidth loading={submitting}>
              {t('login.submit')}
            </Button>
          </>
        )}
      </ApiForm>
      <Group justify="space-between" mt="lg" gap="xs">
        <LinkAnchor
          to="/forgot-password"
          search={form.getValues().email ? { email: form.getValues().email } : {}}
          size="sm"
        >
          {t('login.forgot')}
        </LinkAnchor>
        <Text size="sm" c="dimmed">
          {t('login.new')}{' '}
          <LinkAnchor underline="always" to="/sign-up" search={next ? { next } : {}} size="sm">
            {t('signUp.link')}
          </LinkAnchor>
        </Text>
      </Group>
    </>
  );
}
