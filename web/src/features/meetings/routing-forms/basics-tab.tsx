import { Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session';
import { slugOf } from '../event-types/slug';
import type { TabProps } from './form';
import { formLink } from './links';

/** What the form is called, where it is reached and what stands above its questions. */
export function BasicsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  return (
    <Stack gap="md">
      <TextInput
        label={t('basics.title')}
        required
        maxLength={120}
        readOnly={readOnly}
        {...form.getInputProps('title')}
      />
      <TextInput
        label={t('basics.slug')}
        description={formLink(window.location.host, organisation, form.values.slug)}
        required
        maxLength={80}
        readOnly={readOnly}
        {...form.getInputProps('slug')}
        onBlur={(event) => form.setFieldValue('slug', slugOf(event.currentTarget.value))}
      />
      <Textarea
        label={t('basics.description')}
        description={t('basics.descriptionText')}
        autosize
        minRows={2}
        maxRows={8}
        maxLength={5000}
        readOnly={readOnly}
        {...form.getInputProps('description')}
      />
    </Stack>
  );
}
