import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { ApiForm } from '@/components/api-form';
import { codesOf } from './queries';
import { createPasskey, wasCancelled } from './webauthn';

interface PasskeySetupProps {
  onDone: (codes: string[]) => void;
  onCancel?: () => void;
}

function deviceName(): string {
  const system = /iPhone|iPad|Android|Windows|Mac OS|Linux/.exec(navigator.userAgent)?.[0];
  return (
    { 'Mac OS': 'Mac', Linux: 'Linux computer', Windows: 'Windows computer' }[system ?? ''] ??
    system ??
    ''
  );
}

/** Makes a passkey in the browser and stores it; the recovery codes that come with a first second factor. */
async function addPasskey(name: string): Promise<string[]> {
  const path = '/api/v1/me/factors/passkeys';
  const { challenge, options } = await request<Schema<'PasskeyChallenge'>>(
    'post',
    `${path}/challenge`,
  );
  const credential = await createPasskey(options);
  return codesOf(await request('post', path, { body: { challenge, name, credential } }));
}

/** A name for the new passkey; the browser does the rest. */
export function PasskeySetup({ onDone, onCancel }: PasskeySetupProps) {
  const { t } = useTranslation('second-factor');
  const form = useForm({
    initialValues: { name: deviceName() },
    validate: { name: (value) => (value.trim() ? null : t('passkey.nameNeeded')) },
  });
  const add = async ({ name }: { name: string }) => {
    try {
      onDone(await addPasskey(name.trim()));
    } catch (reason) {
      if (wasCancelled(reason)) throw new Error(t('passkey.cancelled'));
      const known = reason instanceof DOMException && reason.name === 'InvalidStateError';
      throw known ? new Error(t('passkey.known')) : reason;
    }
  };
  return (
    <ApiForm form={form} onSubmit={add} gap="sm">
      {({ submitting }) => (
        <>
          <TextInput
            {...form.getInputProps('name')}
            label={t('passkey.name')}
            description={t('passkey.nameHint')}
            maxLength={120}
            autoFocus
            required
            withAsterisk={false}
          />
          <Group gap="xs">
            <Button type="submit" loading={submitting}>
              {t('passkey.create')}
            </Button>
            {onCancel && (
              <Button variant="default" onClick={onCancel}>
                {t('cancel')}
              </Button>
            )}
          </Group>
        </>
      )}
    </ApiForm>
  );
}
