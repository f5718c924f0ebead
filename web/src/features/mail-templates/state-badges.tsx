import { Badge, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TemplateRow } from './queries';

/** Whether a template is sent, and whether its draft is ahead of what is sent. */
export function StateBadges({ template }: { template: TemplateRow }) {
  const { t } = useTranslation('mail-templates');
  if (template.archived) return <Badge color="gray">{t('state.archived')}</Badge>;
  if (template.published_number === null) return <Badge color="gray">{t('state.draft')}</Badge>;
  return (
    <Group gap={4}>
      <Badge color="green">{t('state.published', { number: template.published_number })}</Badge>
      {template.unpublished_changes && <Badge color="yellow">{t('state.changes')}</Badge>}
    </Group>
  );
}
