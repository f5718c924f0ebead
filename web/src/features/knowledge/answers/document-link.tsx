import { Anchor, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconExternalLink } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';

interface DocumentLinkProps {
  id: string;
  title: string;
  url?: string | null;
}

/** A document by its title, leading to where it is read and changed; beside it the page it was read from. */
export function DocumentLink({ id, title, url }: DocumentLinkProps) {
  const { t } = useTranslation('knowledge/answers');
  const shown = title || url || id;
  return (
    <Group gap={4} wrap="nowrap" miw={0}>
      <LinkAnchor
        to="/knowledge/documents/$documentId"
        params={{ documentId: id }}
        fw={500}
        className="tw-truncate"
        title={shown}
      >
        {shown}
      </LinkAnchor>
      {url && (
        <Anchor
          href={url}
          target="_blank"
          rel="noreferrer"
          aria-label={t('answer.visit', { title: shown })}
          display="inline-flex"
          p={4}
        >
          <IconExternalLink size={16} aria-hidden />
        </Anchor>
      )}
    </Group>
  );
}
