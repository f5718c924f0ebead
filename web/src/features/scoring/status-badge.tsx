import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ModelSummary } from './queries';

/** Whether a version scores the leads. */
export function StatusBadge({ status }: { status: ModelSummary['status'] }) {
  const { t } = useTranslation('scoring');
  return (
    <Badge color={status === 'champion' ? 'green' : 'gray'}>{t(`versions.status.${status}`)}</Badge>
  );
}
