import { Alert, Button, Divider } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toApiError } from '@/api/errors';
import { IconKey } from '@/app/icons';
import {
  canUsePasskeys,
  offersPasskeysInFields,
  signWithPasskey,
  wasCancelled,
} from '@/components/second-factor/webauthn';
import { signInByPasskey, startPasskeySignIn } from './queries';

/** Sign-in by passkey alone: by button, or from the list the browser offers in the e-mail field. */
export function PasskeySignIn({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('auth');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const waiting = useRef<AbortController>(undefined);
  const done = useRef(onDone);
  done.current = onDone;

  useEffect(() => {
    const control = new AbortController();
    waiting.current = control;
    const offer = async () => {
      if (!(await offersPasskeysInFields()) || control.signal.aborted) return;
      const { challenge, options } = await startPasskeySignIn();
      if (control.signal.aborted) return;
      const signal = control.signal;
      const credential = await signWithPasskey(options, { conditional: true, signal });
      await signInByPasskey({ challenge, credential });
      done.current();
    };
    offer().catch((reason: unknown) => {
      // Nobody asked for it: what cannot be offered is not worth a message, a refused passkey is.
      const error = toApiError(reason);
      if (error.code === 'identity.passkey_refused') setProblem(error.message);
    });
    return () => control.abort();
  }, []);

  const sign = async () => {
    // The browser allows one question at a time.
    waiting.current?.abort();
    setProblem(undefined);
    setBusy(true);
    try {
      const { challenge, options } = await startPasskeySignIn();
      await signInByPasskey({ challenge, credential: await signWithPasskey(options) });
      onDone();
    } catch (reason) {
      setProblem(wasCancelled(reason) ? t('passkey.cancelled') : toApiError(reason).message);
    } finally {
      setBusy(false);
    }
  };
  if (!canUsePasskeys()) return null;
  return (
    <>
      <Divider my="md" label={t('or')} />
      {problem && (
        <Alert color="red" role="alert" mb="md">
          {problem}
        </Alert>
      )}
      <Button
        variant="default"
        fullWidth
        loading={busy}
        leftSection={<IconKey size={16} />}
        onClick={() => void sign()}
      >
        {t('passkey.signIn')}
      </Button>
    </>
  );
}
