import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, type Language } from './draft';

interface LanguageSelectProps {
  label: string;
  value: Language;
  onChange: (value: Language) => void;
}

/** One of the languages that questions are asked in. */
export function LanguageSelect({ label, value, onChange }: LanguageSelectProps) {
  const { t } = useTranslation('flows');
  return (
    <Select
      size="xs"
      w={136}
      aria-label={label}
      value={value}
      data={LANGUAGES.map((each) => ({ value: each, label: t(`language.${each}`) }))}
      allowDeselect={false}
      onChange={(each) => each && onChange(each as Language)}
    />
  );
}
