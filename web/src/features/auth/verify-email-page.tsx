import { Alert, Loader } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { invalidatePaths } from '@/api/query-client';
import { LinkButton } from '@/components/link-anchor';
import { AuthHeading } from './auth-heading';
import { verifyEmail } from './queries';

const route = getRouteApi('/_auth/verify-email');

export function VerifyEmailPage() {
  const { t } = useTranslation('auth');
  const { token } = route.useSearch();
  // A query, not an effect: the link is spent once even when React mounts the page twice.
  const check = useQuery({
    queryKey: ['verify-email', token],
    queryFn: async () => {
      await verifyEmail(token ?? '');
      await invalidatePaths('/api/v1/me');
      return true;
    },
    enabled: Boolean(token),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  if (!token)
    return <AuthHeading title={t('link.brokenTitle')}>{t('link.brokenText')}</AuthHeading>;
  if (check.isPending) {
    return (
      <div role="status">
        <AuthHeading title={t('verify.pending')} />
        <Loader size="sm" />
      </div>
    );
  }
  if (check.isError) {
    return (
      <>
        <AuthHeading title={t('verify.failedTitle')}>{t('verify.failedText')}</AuthHeading>
        <Alert color="red" role="alert" mb="md">
          {toApiError(check.error).message}
        </Alert>
        <LinkButton to="/" variant="default" fullWidth>
          {t('continue')}
        </LinkButton>
      </>
    );
  }
  return (
    <div role="status">
      <AuthHeading title={t('verify.doneTitle')}>{t('verify.doneText')}</AuthHeading>
      <LinkButton to="/" fullWidth>
        {t('continue')}
      </LinkButton>
    </div>
  );
}
