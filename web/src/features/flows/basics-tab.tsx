import { Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LANGUAGES } from './draft';
import type { TabProps } from './form';

/** Name, what it is for, and the language every text must have. */
export function BasicsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('flows');
  return (
    <Stack gap="md" maw={560}>
      <TextInput
        label={t('basics.name')}
        required
        maxLength={120}
        readOnly={readOnly}
        {...form.getInputProps('name')}
      />
      <Textarea
        label={t('basics.description')}
        autosize
        minRows={2}
        maxLength={500}
        readOnly={readOnly}
        {...form.getInputProps('description')}
      />
      <Select
        label={t('basics.language')}
        description={t('basics.languageText')}
        readOnly={readOnly}
        allowDeselect={false}
        data={LANGUAGES.map((value) => ({ value, label: t(`language.${value}`) }))}
        {...form.getInputProps('language')}
      />
    </Stack>
  );
}
