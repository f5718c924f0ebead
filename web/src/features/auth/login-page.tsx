import { Alert, Button, Group, PasswordInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { AuthHeading } from './auth-heading';
import { PasskeySignIn } from './passkey-sign-in';
import { type FactorNeeded, signIn } from './queries';
import { rules } from './rules';
import { safeNext } from './search';
import { SecondFactorStep } from './second-factor-step';
import { SsoProblem, SsoSignIn } from './sso-sign-in';

const route = getRouteApi('/_auth/login');

export function LoginPage() {
  const { t } = useTranslation('auth');
  const { next, email, sso, sso_error: ssoError } = route.useSearch();
  const router = useRouter();
  const [needed, setNeeded] = useState<FactorNeeded>();
  const [tooLate, setTooLate] = useState(false);
  const check = rules(t);
  const form = useForm({
    initialValues: { email: email ?? '', password: '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: { email: check.email, password: check.filled },
  });
  const enter = () => router.history.push(safeNext(next));
  if (needed) {
    return (
      <SecondFactorStep
        needed={needed}
        onDone={enter}
        onBack={(late) => {
          form.setFieldValue('password', '');
          setTooLate(late);
          setNeeded(undefined);
        }}
      />
    );
  }
  return (
    <>
      <AuthHeading title={t('login.title')} />
      {ssoError && <SsoProblem reason={ssoError} />}
      {tooLate && (
        <Alert color="yellow" role="alert" mb="md">
          {t('second.tooLate')}
        </Alert>
      )}
      <ApiForm
        form={form}
        onSubmit={async ({ email: address, password }) => {
          setTooLate(false);
          const more = await signIn({ email: address.trim(), password });
          if (more) setNeeded(more);
          else enter();
        }}
        messageFor={(code, status) => {
          if (code === 'identity.sso_required') return t('sso.required');
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
              autoComplete="username webauthn"
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
      <PasskeySignIn onDone={enter} />
      <SsoSignIn
        email={form.values.email}
        onEmailNeeded={() => {
          form.setFieldError('email', t('sso.emailNeeded'));
          form.getInputNode('email')?.focus();
        }}
        connection={sso}
        next={next}
      />
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
