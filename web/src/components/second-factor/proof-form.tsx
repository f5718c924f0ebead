import { Button, PasswordInput, PinInput, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconKey } from '@/app/icons';
import { ApiForm } from '@/components/api-form';
import type { Method, Proof } from './queries';
import classes from './second-factor.module.css';
import { canUsePasskeys, type PasskeyOptions, signWithPasskey, wasCancelled } from './webauthn';

const DIGITS = 6;

interface ProofFormProps {
  /** The ways that are open, the best first. */
  methods: Method[];
  submit: string;
  /** Options for the browser, when a passkey is chosen. */
  passkey: () => Promise<PasskeyOptions>;
  onProof: (proof: Proof) => Promise<unknown>;
}

/** Asks for one proof of who it is: password, code, recovery code or passkey; others can be chosen. */
export function ProofForm({ methods, submit, passkey, onProof }: ProofFormProps) {
  const { t } = useTranslation('second-factor');
  const usable = methods.filter((method) => method !== 'passkey' || canUsePasskeys());
  const [method, setMethod] = useState<Method>(usable[0] ?? methods[0] ?? 'password');
  const form = useForm({ initialValues: { password: '', code: '' } });
  const element = useRef<HTMLDivElement>(null);
  const choose = (next: Method) => {
    form.reset();
    form.clearErrors();
    setMethod(next);
  };
  const send = async ({ password, code }: { password: string; code: string }) => {
    if (method !== 'passkey') {
      return onProof(method === 'password' ? { method, password } : { method, code });
    }
    try {
      const credential = await signWithPasskey(await passkey());
      return await onProof({ method, credential });
    } catch (reason) {
      if (!wasCancelled(reason)) throw reason;
      throw new Error(t('passkey.cancelled'));
    }
  };
  return (
    <div ref={element}>
      <ApiForm
        key={method}
        form={form}
        onSubmit={(values) =>
          send(values).catch((reason) => {
            form.setFieldValue('code', '');
            throw reason;
          })
        }
        messageFor={(_code, status) => (status === 429 ? t('locked') : undefined)}
      >
        {({ submitting }) => (
          <>
            {method === 'password' && (
              <PasswordInput
                {...form.getInputProps('password')}
                label={t('password')}
                autoComplete="current-password"
                data-autofocus
                autoFocus
                required
                withAsterisk={false}
                visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
              />
            )}
            {method === 'totp' && (
              <Stack gap={4} role="group" aria-label={t('totp.label')}>
                <Text size="sm">{t('totp.prompt')}</Text>
                <PinInput
                  {...form.getInputProps('code')}
                  length={DIGITS}
                  type="number"
                  oneTimeCode
                  autoFocus
                  className={classes.pin}
                  error={Boolean(form.errors.code)}
                  getInputProps={(index) => ({
                    'aria-label': t('totp.digit', { number: index + 1, count: DIGITS }),
                  })}
                  onComplete={() => element.current?.querySelector('form')?.requestSubmit()}
                />
                {form.errors.code && (
                  <Text size="xs" c="var(--mantine-color-error)" role="alert">
                    {form.errors.code}
                  </Text>
                )}
              </Stack>
            )}
            {method === 'recovery_code' && (
              <TextInput
                {...form.getInputProps('code')}
                label={t('recovery.label')}
                description={t('recovery.hint')}
                placeholder="xxxx-xxxx-xxxx-xxxx"
                autoComplete="off"
                autoFocus
                required
                withAsterisk={false}
              />
            )}
            {method === 'passkey' && <Text size="sm">{t('passkey.prompt')}</Text>}
            <Button
              type="submit"
              fullWidth
              loading={submitting}
              leftSection={method === 'passkey' ? <IconKey size={16} /> : undefined}
            >
              {method === 'passkey' ? t('passkey.use') : submit}
            </Button>
          </>
        )}
      </ApiForm>
      {usable.length > 1 && (
        <Stack gap={0} mt="sm" align="center">
          {usable
            .filter((other) => other !== method)
            .map((other) => (
              <Button key={other} variant="subtle" size="compact-sm" onClick={() => choose(other)}>
                {t(`instead.${other}`)}
              </Button>
            ))}
        </Stack>
      )}
    </div>
  );
}
