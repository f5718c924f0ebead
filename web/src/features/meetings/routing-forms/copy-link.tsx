import { Button, CopyButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconCheck, IconLink } from '@/app/icons';
import { useMe } from '@/app/session';
import type { RoutingForm } from '../queries';
import { formLink } from './links';

/** Copies the address of a form's public page. */
export function CopyLink({ form }: { form: RoutingForm }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { slug: organisation } = useMe().organisation;
  return (
    <CopyButton value={formLink(window.location.origin, organisation, form.slug)}>
      {({ copied, copy }) => (
        <Button
          variant="default"
          px="sm"
          leftSection={copied ? <IconCheck size={16} /> : <IconLink size={16} />}
          aria-label={t('list.copyLink', { title: form.title })}
          onClick={copy}
        >
          {t(copied ? 'copied' : 'list.link')}
        </Button>
      )}
    </CopyButton>
  );
}
