import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '@/app/format';
import classes from './answers.module.css';
import { DocumentLink } from './document-link';
import type { Citation, Passage } from './queries';

const short = (value: number) =>
  formatNumber(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

interface PassageListProps {
  passages: readonly Passage[];
  citations: readonly Citation[];
}

/** What a search found, with the scores that ordered it. */
export function PassageList({ passages, citations }: PassageListProps) {
  const { t } = useTranslation('knowledge/answers');
  const cited = new Set(citations.map(({ chunk_id }) => chunk_id));
  if (passages.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('passages.none')}
      </Text>
    );
  }
  return (
    <ol className={classes.list}>
      {passages.map((passage) => (
        <Stack component="li" gap={4} key={passage.chunk_id} className={classes.passage}>
          <Group gap="xs" wrap="nowrap" justify="space-between">
            <DocumentLink id={passage.document_id} title={passage.title} url={passage.url} />
            {cited.has(passage.chunk_id) && <Badge color="green">{t('passages.cited')}</Badge>}
          </Group>
          {passage.heading && (
            <Text size="xs" c="dimmed" className={classes.breakable}>
              {passage.heading}
            </Text>
          )}
          <Text size="sm" className={classes.clamped}>
            {passage.content}
          </Text>
          <Text size="xs" c="dimmed" className="tw-number">
            {t('passages.score', {
              score: short(passage.score),
              lexical: short(passage.lexical),
              semantic: short(passage.semantic),
            })}
          </Text>
        </Stack>
      ))}
    </ol>
  );
}
