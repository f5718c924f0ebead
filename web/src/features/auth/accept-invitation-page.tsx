import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { ApiForm } from '@/components/api-form';
import { LinkButton } from '@/components/link-anchor';
import { NewPassword } from '@/components/new-password';
import { LoadingLines } from '@/components/page-states';
import { AuthHeading } from './auth-heading';
import {
  acceptInvitation,
  type FactorNeeded,
  type InvitationOffer,
  lookUpInvitation,
} from './queries';
import { rules } from './rules';
import { SecondFactorStep } from './second-factor-step';

const route = getRouteApi('/_auth/accept-invitation');

interface AcceptFormProps {
  token: string;
  offer: InvitationOffer;
  /** Joined; a second factor is asked for before the session opens. */
  onMore: (needed: FactorNeeded) => void;
}

function AcceptForm({ token, offer, onMore }: AcceptFormProps) {
  const { t } = useTranslation('auth');
  const router = useRouter();
  const check = rules(t);
  const form = useForm({
    initialValues: { name: '', password: '' },
    validateInputOnBlur: true,
    clearInputErrorOnChange: true,
    validate: offer.has_account
      ? { password: check.filled }
      : { name: check.filled, password: check.newPassword },
  });
  return (
    <ApiForm
      form={form}
      onSubmit={async ({ name, password }) => {
        const body = offer.has_account ? { token, password } : { token, name, password };
        const more = await acceptInvitation(body);
        if (more) onMore(more);
        else router.history.push('/');
      }}
      messageFor={(_code, status) => (status === 401 ? t('login.wrong') : undefined)}
    >
      {({ submitting }) => (
        <>
          <TextInput label={t('email')} value={offer.email} autoComplete="username" readOnly />
          {offer.has_account ? (
            <PasswordInput
              {...form.getInputProps('password')}
              aria-invalid={Boolean(form.errors.password)}
              label={t('password')}
              autoComplete="current-password"
              autoFocus
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            />
          ) : (
            <>
              <TextInput
                {...form.getInputProps('name')}
                label={t('name')}
                autoComplete="name"
                autoFocus
                required
                withAsterisk={false}
              />
              <NewPassword form={form} about={[form.getValues().name, offer.email]} />
            </>
          )}
          <Button type="submit" fullWidth loading={submitting}>
            {t('invitation.submit')}
          </Button>
        </>
      )}
    </ApiForm>
  );
}

export function AcceptInvitationPage() {
  const { t } = useTranslation('auth');
  const { token } = route.useSearch();
  const router = useRouter();
  const [needed, setNeeded] = useState<FactorNeeded>();
  const offer = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => lookUpInvitation(token ?? ''),
    enabled: Boolean(token),
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (needed) {
    return (
      <SecondFactorStep
        needed={needed}
        onDone={() => router.history.push('/')}
        onBack={() => void router.navigate({ to: '/login' })}
      />
    );
  }
  if (!token)
    return <AuthHeading title={t('link.brokenTitle')}>{t('link.brokenText')}</AuthHeading>;
  if (offer.isError) {
    return (
      <>
        <AuthHeading title={t('invitation.failedTitle')}>{t('invitation.failedText')}</AuthHeading>
        <Alert color="red" role="alert" mb="md">
          {toApiError(offer.error).message}
        </Alert>
        <LinkButton to="/login" variant="default" fullWidth>
          {t('login.submit')}
        </LinkButton>
      </>
    );
  }
  if (!offer.data) {
    return (
      <>
        <AuthHeading title={t('invitation.pending')} />
        <LoadingLines lines={4} height={32} />
      </>
    );
  }
  const { organisation_name: organisation, invited_by: inviter, has_account: known } = offer.data;
  return (
    <>
      <AuthHeading title={t('invitation.title', { organisation })}>
        {t(known ? 'invitation.textKnown' : 'invitation.textNew', { inviter })}
      </AuthHeading>
      <AcceptForm token={token} offer={offer.data} onMore={setNeeded} />
    </>
  );
}
