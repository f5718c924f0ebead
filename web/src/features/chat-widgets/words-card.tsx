import { SegmentedControl, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SettingsCard } from '@/components/settings-card';
import { LANGUAGES, type Language, type WidgetForm } from './draft';

interface WordsProps {
  form: WidgetForm;
  readOnly: boolean;
  language: Language;
  onLanguage: (language: Language) => void;
}

/** What the widget says, language by language: greeting, hours, consent. */
export function WordsCard({ form, readOnly, language, onLanguage }: WordsProps) {
  const { t } = useTranslation('chat-widgets');
  const text = (field: 'greeting' | 'hours_notice' | 'consent_text', most: number) => (
    <Textarea
      label={t(`words.${field}`)}
      description={t(`words.${field}Text`)}
      placeholder={field === 'hours_notice' ? '' : t('words.own')}
      autosize
      minRows={2}
      maxRows={8}
      maxLength={most}
      dir="auto"
      lang={language}
      disabled={readOnly}
      value={form.values[field][language] ?? ''}
      onChange={(event) =>
        form.setFieldValue(field, {
          ...form.values[field],
          [language]: event.currentTarget.value,
        })
      }
      error={form.errors[`${field}.${language}`]}
    />
  );
  return (
    <SettingsCard title={t('words.title')} description={t('words.text')}>
      <SegmentedControl
        aria-label={t('words.language')}
        data={LANGUAGES.map((value) => ({ value, label: t(`languages.${value}`) }))}
        value={language}
        onChange={(next) => onLanguage(next as Language)}
      />
      {text('greeting', 500)}
      {text('hours_notice', 500)}
      <Switch
        label={t('words.consentRequired')}
        description={t('words.consentRequiredText')}
        disabled={readOnly}
        {...form.getInputProps('consent_required', { type: 'checkbox' })}
      />
      {form.values.consent_required && (
        <Stack gap="md">
          {text('consent_text', 2_000)}
          <TextInput
            label={t('words.privacy')}
            placeholder="https://www.example.com/privacy"
            type="url"
            maxLength={500}
            disabled={readOnly}
            {...form.getInputProps('privacy_url')}
          />
        </Stack>
      )}
    </SettingsCard>
  );
}
