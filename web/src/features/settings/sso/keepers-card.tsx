import { MultiSelect } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import { changeSso, type Overview } from './queries';

/** The administrators who get in by password when the provider fails. */
export function KeepersCard({ overview }: { overview: Overview }) {
  const { t } = useTranslation('settings/sso');
  const [pending, setPending] = useState<string[]>();
  const kept = overview.administrators.filter((one) => one.keeps_password).map((one) => one.id);
  const choose = async (user_ids: string[]) => {
    setPending(user_ids);
    try {
      await changeSso('put', '/password-keepers', { user_ids });
      toastSuccess(t('keepers.saved'));
    } catch (reason) {
      toastError(t('keepers.notSaved'), reason);
    }
    setPending(undefined);
  };
  return (
    <SettingsCard title={t('keepers.title')} description={t('keepers.text')}>
      <MultiSelect
        label={t('keepers.label')}
        placeholder={kept.length === 0 ? t('keepers.none') : ''}
        data={overview.administrators.map(({ id, name, email }) => ({
          value: id,
          label: `${name} (${email})`,
        }))}
        value={pending ?? kept}
        disabled={pending !== undefined}
        searchable
        onChange={(ids) => void choose(ids)}
      />
    </SettingsCard>
  );
}
