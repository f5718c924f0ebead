import { Button, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { IconMail, IconPencil, IconPlus } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { LinkButton } from '@/components/link-anchor';
import { TemplateDialog } from '@/components/mail/template-dialog';
import { EmptyState } from '@/components/page-states';
import { toastError, toastSuccess } from '@/components/toasts';
import { CAMPAIGNS, TEMPLATES, type Template, templatesQuery } from '../queries';

interface TemplateFieldProps {
  campaignId: string;
  value: string | null;
  onChange: (template: string) => void;
  error: string | undefined;
  readOnly: boolean;
}

/** Whether what would go out is what the editor shows, and how to make it so. */
function Publish({ template }: { template: Template }) {
  const { t } = useTranslation('campaigns');
  const [busy, setBusy] = useState(false);
  const { id, name, version, published_number } = template;
  const publish = async () => {
    setBusy(true);
    try {
      await request('post', `${TEMPLATES}/${id}/publish`, { body: {}, version });
      toastSuccess(t('template.published', { name }));
    } catch (reason) {
      toastError(t('template.notPublished', { name }), reason);
    }
    await invalidatePaths(TEMPLATES, CAMPAIGNS);
    setBusy(false);
  };
  return (
    <Group gap="xs">
      <Text size="xs" c="var(--mantine-color-yellow-text)">
        {t(published_number === null ? 'template.draft' : 'template.changes')}
      </Text>
      <Button size="compact-xs" variant="default" loading={busy} onClick={() => void publish()}>
        {t('template.publish')}
      </Button>
    </Group>
  );
}

/** The mail of a variant: one that is there, or a new one from the library. */
export function TemplateField({
  campaignId,
  value,
  onChange,
  error,
  readOnly,
}: TemplateFieldProps) {
  const { t } = useTranslation('campaigns');
  const mayWrite = useMay('email:write');
  const [making, setMaking] = useState(false);
  const { data } = useQuery(templatesQuery());
  const templates = data?.items ?? [];
  const chosen = templates.find(({ id }) => id === value);
  const add = mayWrite && !readOnly && (
    <Button
      variant={data?.items.length === 0 ? 'filled' : 'default'}
      size="xs"
      leftSection={<IconPlus size={14} />}
      onClick={() => setMaking(true)}
    >
      {t('template.new')}
    </Button>
  );
  const dialog = making && (
    <TemplateDialog
      onClose={(made) => {
        setMaking(false);
        if (made) onChange(made.id);
      }}
    />
  );
  if (data?.items.length === 0) {
    return (
      <>
        <EmptyState icon={IconMail} title={t('template.none')} action={add} compact>
          {t('template.noneText')}
        </EmptyState>
        {error && (
          <Text size="xs" c="var(--mantine-color-error)" role="alert">
            {error}
          </Text>
        )}
        {dialog}
      </>
    );
  }
  return (
    <>
      <Select
        label={t('template.label')}
        placeholder={t('choose')}
        searchable
        readOnly={readOnly}
        error={error}
        data={templates.map(({ id, name, published_number }) => ({
          value: id,
          label: published_number === null ? t('template.unpublished', { name }) : name,
        }))}
        value={value}
        onChange={(id) => id && onChange(id)}
      />
      {chosen && mayWrite && (chosen.published_number === null || chosen.unpublished_changes) && (
        <Publish template={chosen} />
      )}
      {!readOnly && (
        <Group gap="xs">
          {chosen && mayWrite && (
            <LinkButton
              size="xs"
              variant="default"
              leftSection={<IconPencil size={14} />}
              to="/email/templates/$templateId"
              params={{ templateId: chosen.id }}
              search={{ campaign: campaignId }}
            >
              {t('template.edit')}
            </LinkButton>
          )}
          {add}
        </Group>
      )}
      {dialog}
    </>
  );
}
