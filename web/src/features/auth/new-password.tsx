import { Group, PasswordInput, Progress, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { MIN_LENGTH, roughStrength } from './password-strength';

const COLOURS = ['gray', 'red', 'yellow', 'blue', 'green'] as const;

interface NewPasswordProps<Values extends { password: string }> {
  form: UseFormReturnType<Values>;
  /** Words that must not carry the password: name, address, organisation. */
  about?: readonly string[];
  label?: string;
}

/** Password field with a strength meter; reasons of the server appear as the field's error. */
export function NewPassword<Values extends { password: string }>({
  form,
  about = [],
  label,
}: NewPasswordProps<Values>) {
  const { t } = useTranslation('auth');
  const props = form.getInputProps('password');
  const refused = Boolean(form.errors.password);
  const strength = refused ? 1 : roughStrength(form.getValues().password, about);
  return (
    <Stack gap={4}>
      <PasswordInput
        {...props}
        aria-invalid={Boolean(form.errors.password)}
        label={label ?? t('password')}
        description={t('passwordHint', { count: MIN_LENGTH })}
        autoComplete="new-password"
        required
        withAsterisk={false}
        visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
      />
      <Group gap="xs" wrap="nowrap" mih={16} aria-live="polite">
        <Progress.Root size={4} flex={1} aria-hidden>
          <Progress.Section value={strength * 25} color={COLOURS[strength]} />
        </Progress.Root>
        <Text size="xs" c="dimmed" miw={64} ta="end">
          {strength > 0 ? t(`strength.${strength}`) : ''}
        </Text>
      </Group>
    </Stack>
  );
}
