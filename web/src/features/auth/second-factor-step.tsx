import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/errors';
import { loadTexts } from '@/app/i18n';
import { LoadingLines } from '@/components/page-states';
import { ProofForm } from '@/components/second-factor/proof-form';
import type { Proof } from '@/components/second-factor/queries';
import { AuthHeading } from './auth-heading';
import { type FactorNeeded, finishSignIn } from './queries';

interface SecondFactorStepProps {
  needed: FactorNeeded;
  onDone: () => void;
  /** Back to the password; with `late`, because the challenge is worth nothing any more. */
  onBack: (late: boolean) => void;
}

/** The second step of signing in. */
export function SecondFactorStep({ needed, onDone, onBack }: SecondFactorStepProps) {
  const { t } = useTranslation('auth');
  const texts = useQuery({
    queryKey: ['texts', 'second-factor'],
    queryFn: () => loadTexts('second-factor').then(() => true),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [methods] = useState(() =>
    needed.methods.filter((method) => method !== 'passkey' || needed.passkey_options),
  );
  const finish = async ({ method, code, credential }: Proof) => {
    if (method === 'password') return;
    try {
      await finishSignIn({ challenge: needed.challenge, method, code, credential });
    } catch (reason) {
      if (!(reason instanceof ApiError) || reason.code !== 'identity.challenge_ended') throw reason;
      onBack(true);
      return;
    }
    onDone();
  };
  return (
    <>
      <AuthHeading title={t('second.title')}>{t('second.text')}</AuthHeading>
      {texts.data ? (
        <ProofForm
          methods={methods}
          submit={t('login.submit')}
          passkey={async () => needed.passkey_options ?? {}}
          onProof={finish}
        />
      ) : (
        <LoadingLines lines={3} height={36} />
      )}
      <Button
        variant="subtle"
        color="gray"
        size="compact-sm"
        fullWidth
        mt="md"
        onClick={() => onBack(false)}
      >
        {t('backToLogin')}
      </Button>
    </>
  );
}
