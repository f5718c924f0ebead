import type { TFunction } from 'i18next';
import { MIN_LENGTH } from '@/components/password-strength';

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Checks that can be made before the server is asked. */
export const rules = (t: TFunction<'auth'>) => ({
  email: (value: string) => (EMAIL.test(value.trim()) ? null : t('invalid.email')),
  filled: (value: string) => (value.trim() ? null : t('invalid.filled')),
  newPassword: (value: string) =>
    value.length >= MIN_LENGTH ? null : t('invalid.password', { count: MIN_LENGTH }),
});
