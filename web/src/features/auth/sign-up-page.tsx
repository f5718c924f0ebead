import { Button, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ownTimeZone } from '@/app/choices';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor } from '@/components/link-anchor';
import { NewPassword } from '@/components/new-password';
import { AuthHeading } from './auth-heading';
import { signUp } from './queries';
import { rules } from './rules';
import { safeNext } from './search';

const route = getRouteApi('/_auth/sign-up');

export function SignUpPage() {
  const { t } = useTranslation('auth');
  const { next, email } = route.useSearch();
  const router = useRouter();
  const check = rules(t);
  const form = useForm({
    initialValues: { name: '', organisation_name: '', email: email ?? '', password: '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: {
      name: check.filled,
      organisation_name: check.filled,
      email: check.email,
      password: check.newPassword,
    },
  });
  const values = form.getValues();
  return (
    <>
      <AuthHeading title={t('signUp.title')}>{t('signUp.text')}</AuthHeading>
      <ApiForm
        form={form}
        onSubmit={async (sent) => {
          await signUp({ ...sent, email: sent.email.trim(), time_zone: ownTimeZone() });
          router.history.push(safeNext(next));
        }}
        messageFor={(_code, status) => (status === 429 ? t('login.tooMany') : undefined)}
      >
        {({ submitting }) => (
          <>
            <TextInput
              {...form.getInputProps('name')}
              label={t('name')}
              autoComplete="name"
              autoFocus
              required
              withAsterisk={false}
            />
            <TextInput
              {...form.getInputProps('organisation_name')}
              label={t('organisation')}
              autoComplete="organization"
              required
              withAsterisk={false}
            />
            <TextInput
              {...form.getInputProps('email')}
              label={t('workEmail')}
              type="email"
              autoComplete="username"
              required
              withAsterisk={false}
            />
            <NewPassword
              form={form}
              about={[values.name, values.email, values.organisation_name]}
            />
            <Button type="submit" fullWidth loading={submitting}>
              {t('signUp.submit')}
            </Button>
          </>
        )}
      </ApiForm>
      <Text size="sm" c="dimmed" mt="lg" ta="center">
        {t('signUp.already')}{' '}
        <LinkAnchor underline="always" to="/login" size="sm">
          {t('login.link')}
        </LinkAnchor>
      </Text>
    </>
  );
}
