import { Button } from '@mantine/core';
import { useForm } from '@mantine/form';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiForm } from '@/components/api-form';
import { LinkAnchor, LinkButton } from '@/components/link-anchor';
import { NewPassword } from '@/components/new-password';
import { AuthHeading } from './auth-heading';
import { resetPassword } from './queries';
import { rules } from './rules';

const route = getRouteApi('/_auth/reset-password');

export function ResetPasswordPage() {
  const { t } = useTranslation('auth');
  const { token } = route.useSearch();
  const [done, setDone] = useState(false);
  const form = useForm({
    initialValues: { password: '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: { password: rules(t).newPassword },
  });
  if (!token) {
    return (
      <>
        <AuthHeading title={t('link.brokenTitle')}>{t('link.brokenText')}</AuthHeading>
        <LinkAnchor to="/forgot-password" size="sm">
          {t('reset.again')}
        </LinkAnchor>
      </>
    );
  }
  if (done) {
    return (
      <div role="status">
        <AuthHeading title={t('reset.doneTitle')}>{t('reset.doneText')}</AuthHeading>
        <LinkButton to="/login" fullWidth>
          {t('login.submit')}
        </LinkButton>
      </div>
    );
  }
  return (
    <>
      <AuthHeading title={t('reset.title')}>{t('reset.text')}</AuthHeading>
      <ApiForm
        form={form}
        onSubmit={async ({ password }) => {
          await resetPassword({ token, password });
          setDone(true);
        }}
      >
        {({ submitting }) => (
          <>
            <NewPassword form={form} label={t('newPassword')} />
            <Button type="submit" fullWidth loading={submitting}>
              {t('reset.submit')}
            </Button>
          </>
        )}
      </ApiForm>
    </>
  );
}
