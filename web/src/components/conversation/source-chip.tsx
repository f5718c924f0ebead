import { HoverCard, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { LinkAnchor } from '../link-anchor';
import classes from './conversation.module.css';
import type { Source } from './message';

/** What supports a sentence: number and title, its words on hover and focus. */
export function SourceChip({ source }: { source: Source }) {
  const { t } = useTranslation('conversation');
  const { number, title, quote, document_id: document } = source;
  return (
    <HoverCard width={320} shadow="md" openDelay={150} withinPortal>
      <HoverCard.Target>
        <UnstyledButton className={classes.source}>
          <VisuallyHidden>{t('source')}</VisuallyHidden>
          <span className="tw-number">{number}</span>
          <span className="tw-truncate">{title}</span>
        </UnstyledButton>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Text size="sm" fw={500}>
          {title}
        </Text>
        {quote && <Text size="sm">{quote}</Text>}
        {document && (
          <LinkAnchor to={`/knowledge/documents/${document}` as never}>
            {t('openSource')}
          </LinkAnchor>
        )}
      </HoverCard.Dropdown>
    </HoverCard>
  );
}
