import { Button, Stack, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { request } from '@/api/client';
import { i18n, loadTexts } from '@/app/i18n';
import { ProofForm } from './proof-form';
import type { Method, Proof } from './queries';

interface StepUpProps {
  methods: string[];
  onDone: () => void;
}

function StepUp({ methods, onDone }: StepUpProps) {
  const { t } = useTranslation('second-factor');
  const usable = methods.filter((method): method is Method => method !== 'sso');
  const challenge = useRef<string>(undefined);
  const passkey = async () => {
    const started = await request<Schema<'PasskeyChallenge'>>(
      'post',
      '/api/v1/auth/step-up/challenge',
    );
    challenge.current = started.challenge;
    return started.options;
  };
  const confirm = async (proof: Proof) => {
    await request('post', '/api/v1/auth/step-up', {
      body: { ...proof, ...(challenge.current ? { challenge: challenge.current } : {}) },
    });
    onDone();
  };
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t(usable.length > 0 ? 'stepUp.text' : 'stepUp.signInAgain')}
      </Text>
      {usable.length > 0 ? (
        <ProofForm
          methods={usable}
          submit={t('stepUp.submit')}
          passkey={passkey}
          onProof={confirm}
        />
      ) : (
        <Button
          component="a"
          href={`/login?next=${encodeURIComponent(location.pathname + location.search)}`}
        >
          {t('stepUp.toLogin')}
        </Button>
      )}
    </Stack>
  );
}

/** Asks the person to prove who they are; resolves to whether they did. */
export async function askStepUp(methods: string[]): Promise<boolean> {
  await loadTexts('second-factor');
  return new Promise((resolve) => {
    let done = false;
    const id = modals.open({
      title: i18n.t('second-factor:stepUp.title'),
      size: 400,
      onClose: () => resolve(done),
      children: (
        <StepUp
          methods={methods}
          onDone={() => {
            done = true;
            modals.close(id);
          }}
        />
      ),
    });
  });
}
