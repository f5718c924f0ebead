import { Button, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { AuthHeading } from './auth-heading';
import { forgotPassword } from './queries';
import { rules } from './rules';

const route = getRouteApi('/_auth/forgot-password');

export function ForgotPasswordPage() {
  const { t } = useTranslation('auth');
  const { email } = route.useSearch();
  const [sentTo, setSentTo] = useState<string>();
  const form = useForm({
    initialValues: { email: email ?? '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: { email: rules(t).email },
  });
  const back = (
    <LinkAnchor to="/login" size="sm">
      {t('backToLogin')}
    </LinkAnchor>
  );
  if (sentTo) {
    return (
      <div role="status">
        <AuthHeading title={t('forgot.sentTitle')}>
          {t('forgot.sentText', { email: sentTo })}
        </AuthHeading>
        <Text size="sm" c="dimmed" mb="lg">
          {t('forgot.localText')}
        </Text>
        {back}
      </div>
    );
  }
  return (
    <>
      <AuthHeading title={t('forgot.title')}>{t('forgot.text')}</AuthHeading>
      <ApiForm
        form={form}
        onSubmit={async (values) => {
          await forgotPassword(values.email.trim());
          setSentTo(values.email.trim());
        }}
        messageFor={(_code, status) => (status === 429 ? t('login.tooMany') : undefined)}
      >
        {({ submitting }) => (
          <>
            <TextInput
              {...form.getInputProps('email')}
              label={t('email')}
              type="email"
              autoComplete="username"
              autoFocus
              required
              withAsterisk={false}
            />
            <Button type="submit" fullWidth loading={submitting}>
              {t('forgot.submit')}
            </Button>
          </>
        )}
      </ApiForm>
      <Text mt="lg" ta="center" component="div">
        {back}
      </Text>
    </>
  );
}
