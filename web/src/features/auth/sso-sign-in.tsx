import { Alert, Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { IconShieldLock } from '@/app/icons';
import { startSingleSignOn } from './queries';
import { safeNext } from './search';

interface SsoSignInProps {
  /** The address typed so far, and how to say that one is needed. */
  email: string;
  onEmailNeeded: () => void;
  /** A connection named by the link that led here. */
  connection: string | undefined;
  next: string | undefined;
}

/** The way through the identity provider of the address's domain, or of the link's connection. */
export function SsoSignIn({ email, onEmailNeeded, connection, next }: SsoSignInProps) {
  const { t } = useTranslation('auth');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const go = async () => {
    if (!connection && !email.includes('@')) {
      onEmailNeeded();
      return;
    }
    setProblem(undefined);
    setBusy(true);
    try {
      const who = connection ? { connection_id: connection } : { email: email.trim() };
      const { url } = await startSingleSignOn({ ...who, next: safeNext(next) });
      window.location.assign(url);
    } catch (reason) {
      setProblem(toApiError(reason).message);
      setBusy(false);
    }
  };
  return (
    <>
      {problem && (
        <Alert color="red" role="alert" mt="md">
          {problem}
        </Alert>
      )}
      <Button
        variant="default"
        fullWidth
        mt="sm"
        loading={busy}
        leftSection={<IconShieldLock size={16} />}
        onClick={() => void go()}
      >
        {t('sso.continue')}
      </Button>
    </>
  );
}

const TOLD = [
  'account_elsewhere',
  'deactivated',
  'declined',
  'email_unverified',
  'no_email',
  'not_a_member',
  'not_proven',
  'other_browser',
  'other_identity',
  'removed',
  'replayed',
  'sign_out_unconfirmed',
  'state_unknown',
  'switched_off',
  'unasked',
];

/** Why single sign-on brought nobody in; what only an administrator can mend is told to them. */
export function SsoProblem({ reason }: { reason: string }) {
  const { t } = useTranslation('auth');
  const isSignOut = reason === 'sign_out_unconfirmed';
  return (
    <Alert
      color={isSignOut ? 'yellow' : 'red'}
      role="alert"
      mb="md"
      title={t(isSignOut ? 'sso.signedOut' : 'sso.failed')}
    >
      {t(TOLD.includes(reason) ? `sso.error.${reason}` : 'sso.error.other', { reason })}
    </Alert>
  );
}
