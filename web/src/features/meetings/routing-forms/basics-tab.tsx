import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '@/app/session';
import { BasicsFields } from '../basics-fields';
import type { TabProps } from './form';
import { formLink } from './links';

/** What the form is called, where it is reached and what stands above its questions. */
export function BasicsTab({ form, readOnly }: TabProps) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  const address = formLink(window.location.host, organisation, form.values.slug);
  return (
    <Stack gap="md">
      <BasicsFields form={form} readOnly={readOnly} t={t} address={address} />
    </Stack>
  );
}
