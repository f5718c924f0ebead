import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import type { Widget } from './queries';

/** Whether a page has loaded the widget yet, and when last. */
export function SeenBadge({ widget }: { widget: Widget }) {
  const { t } = useTranslation('chat-widgets');
  return widget.seen_at === null ? (
    <Badge color="yellow">{t('seen.never')}</Badge>
  ) : (
    <Badge color="green">
      {t('seen.last', { when: formatRelative(widget.seen_at), site: widget.seen_on })}
    </Badge>
  );
}
