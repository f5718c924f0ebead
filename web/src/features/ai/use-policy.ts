import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toastError, toastSuccess } from '@/components/toasts';
import { changeAi, type Policy, policyQuery } from './queries';

/** The settings of what may go to models, and a way to save a part of them. */
export function usePolicy() {
  const { t } = useTranslation('ai');
  const { data, error, refetch } = useQuery(policyQuery());
  const [saving, setSaving] = useState(false);
  const save = async (part: Partial<Policy>) => {
    if (!data) return false;
    const { version, ...present } = data;
    setSaving(true);
    try {
      await changeAi('put', '/policy', { body: { ...present, ...part }, version });
      toastSuccess(t('policySaved'));
      return true;
    } catch (reason) {
      toastError(t('policyNotSaved'), reason);
      return false;
    } finally {
      setSaving(false);
    }
  };
  return { policy: data, error, refetch, saving, save };
}
