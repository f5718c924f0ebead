import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { LinkAnchor } from '@/components/link-anchor';
import { eventTypesQuery } from '../queries';
import type { Target } from './draft';

/** A target in words, with a link to what it leads to. */
export function TargetWords({ target }: { target: Target }) {
  const { t } = useTranslation('meetings/routing-forms');
  const { data: eventTypes } = useQuery(eventTypesQuery());
  switch (target.kind) {
    case 'event_type': {
      const found = eventTypes?.find(({ id }) => id === target.event_type_id);
      if (!found) return eventTypes ? t('target.removed') : '…';
      return (
        <LinkAnchor to={`/meetings/event-types/${found.id}` as never} inherit>
          {found.title}
        </LinkAnchor>
      );
    }
    case 'link':
      return (
        <Anchor href={target.url} target="_blank" rel="noopener noreferrer" inherit>
          {target.url}
        </Anchor>
      );
    case 'message':
      return `“${target.text}”`;
  }
}
