import { Badge, Button, Card, Group, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import { ScopeBadge } from '../badges';
import classes from './answers.module.css';
import { DocumentLink } from './document-link';
import type { Finding } from './queries';
import { useFindingWords } from './use-finding-words';

const COLOURS = { high: 'red', medium: 'yellow', low: 'gray' } as const;

function Side({ document, passage }: { document: Finding['document']; passage: string }) {
  return (
    <article className={classes.side} aria-label={document.title}>
      <Group gap="xs" justify="space-between" wrap="nowrap">
        <DocumentLink id={document.id} title={document.title} url={document.url} />
        <ScopeBadge scope={document.scope} />
      </Group>
      {passage && (
        <Text size="sm" className={classes.said} tabIndex={0}>
          {passage}
        </Text>
      )}
      <Text size="xs" c="dimmed" className="tw-truncate">
        {document.source_name}
      </Text>
    </article>
  );
}

interface FindingCardProps {
  finding: Finding;
  mayWrite: boolean;
  onDismiss: () => void;
  onReopen: () => void;
}

/** Something wrong: what, where, both passages side by side, and how it is put right. */
export function FindingCard({ finding, mayWrite, onDismiss, onReopen }: FindingCardProps) {
  const { t } = useTranslation('knowledge/answers');
  const what = useFindingWords()(finding);
  const { document, other_document: other } = finding;
  return (
    <Card component="li">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="xs">
          <Stack gap={4} miw={0}>
            <Group gap="xs">
              <Badge color={COLOURS[finding.severity]}>
                {t(`issues.severity.${finding.severity}`)}
              </Badge>
              <Text size="xs" c="dimmed">
                {t(`issues.kinds.${finding.kind}`)}
              </Text>
            </Group>
            <Title order={2} size="h4" className={classes.breakable}>
              {what}
            </Title>
          </Stack>
          {mayWrite && finding.state === 'open' && (
            <Button
              variant="default"
              aria-label={t('issues.dismissNamed', { what })}
              onClick={onDismiss}
            >
              {t('issues.dismiss')}
            </Button>
          )}
          {mayWrite && finding.state === 'dismissed' && (
            <Button
              variant="default"
              aria-label={t('issues.reopenNamed', { what })}
              onClick={onReopen}
            >
              {t('issues.reopen')}
            </Button>
          )}
        </Group>
        <div className={classes.sides}>
          <Side document={document} passage={finding.passage} />
          {other && <Side document={other} passage={finding.other_passage} />}
        </div>
        <Text size="sm" c="dimmed">
          {finding.state === 'dismissed' && finding.handled_at
            ? t('issues.by', {
                name: finding.handled_by_name,
                when: formatRelative(finding.handled_at),
                reason: finding.reason,
              })
            : t(`issues.fix.${finding.kind}`)}
        </Text>
      </Stack>
    </Card>
  );
}
