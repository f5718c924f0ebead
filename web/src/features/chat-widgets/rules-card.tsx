import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '@/components/settings-card';
import type { WidgetForm } from './draft';
import { Domains } from './widget-dialog';

/** Where the widget may be, and what visitors may send. */
export function RulesCard({ form, readOnly }: { form: WidgetForm; readOnly: boolean }) {
  const { t } = useTranslation('chat-widgets');
  return (
    <SettingsCard title={t('rules.title')}>
      <Domains
        value={form.values.allowed_domains}
        onChange={(next) => form.setFieldValue('allowed_domains', next)}
        errors={form.errors}
        disabled={readOnly}
      />
      <Switch
        label={t('rules.files')}
        description={t('rules.filesText')}
        disabled={readOnly}
        {...form.getInputProps('file_upload', { type: 'checkbox' })}
      />
    </SettingsCard>
  );
}
