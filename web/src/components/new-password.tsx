import { Group, PasswordInput, Progress, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Estimate, estimate, MIN_LENGTH } from './password-strength';

const COLOURS = ['gray', 'red', 'yellow', 'blue', 'green'] as const;

const NOTHING: Estimate = { strength: 0, advice: '' };
const NO_WORDS: readonly string[] = [];

/** The estimate of what is typed; of the latest text only. */
function useEstimate(password: string, about: readonly string[]): Estimate {
  const [found, setFound] = useState(NOTHING);
  const words = about.join('\n');
  useEffect(() => {
    let current = true;
    estimate(password, words.split('\n')).then(
      (next) => current && setFound(next),
      // Without the dictionaries (no connection) there is no meter; the server judges in any case.
      () => current && setFound(NOTHING),
    );
    return () => {
      current = false;
    };
  }, [password, words]);
  return found;
}

interface NewPasswordProps<Values extends { password: string }> {
  form: UseFormReturnType<Values>;
  /** Words that must not carry the password: name, address, organisation. */
  about?: readonly string[];
  label?: string;
}

/** Password field with a strength meter; reasons of the server appear as the field's error. */
export function NewPassword<Values extends { password: string }>({
  form,
  about = NO_WORDS,
  label,
}: NewPasswordProps<Values>) {
  const { t } = useTranslation('components');
  const props = form.getInputProps('password');
  const refused = Boolean(form.errors.password);
  const found = useEstimate(form.getValues().password, about);
  const strength = refused ? 1 : found.strength;
  return (
    <Stack gap={4}>
      <PasswordInput
        {...props}
        aria-invalid={Boolean(form.errors.password)}
        label={label ?? t('newPassword.label')}
        description={t('newPassword.hint', { count: MIN_LENGTH })}
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': t('newPassword.show') }}
      />
      <Group gap="xs" wrap="nowrap" mih={16} aria-live="polite">
        <Progress.Root size={4} flex={1} aria-hidden>
          <Progress.Section value={strength * 25} color={COLOURS[strength]} />
        </Progress.Root>
        <Text size="xs" c="dimmed" miw={64} ta="end">
          {strength > 0 ? t(`newPassword.strength.${strength}`) : ''}
        </Text>
      </Group>
      {!refused && found.advice && (
        <Text size="xs" c="dimmed">
          {found.advice}
        </Text>
      )}
    </Stack>
  );
}
