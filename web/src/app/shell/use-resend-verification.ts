import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { toastError } from '@/components/toasts';

/** Sends the verification mail once more. */
export function useResendVerification() {
  const { t } = useTranslation();
  return useMutation({
    mutationFn: () => request('post', '/api/v1/auth/verify-email/resend'),
    onError: (reason) => toastError(t('unverified.failed'), reason),
  });
}
