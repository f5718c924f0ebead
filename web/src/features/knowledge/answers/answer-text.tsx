import { HoverCard, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './answers.module.css';
import { textParts } from './events';
import type { Citation } from './queries';

function Mark({ citation, onOpen }: { citation: Citation; onOpen: (number: number) => void }) {
  const { t } = useTranslation('knowledge/answers');
  return (
    <HoverCard width={320} shadow="md" openDelay={150} withinPortal>
      <HoverCard.Target>
        <button
          type="button"
          className={classes.mark}
          aria-label={t('answer.source', { number: citation.number, title: citation.title })}
          onClick={() => onOpen(citation.number)}
        >
          <span>{citation.number}</span>
        </button>
      </HoverCard.Target>
      <HoverCard.Dropdown>
        <Stack gap={4}>
          <Text size="sm" fw={500}>
            {[citation.title, citation.heading].filter(Boolean).join(' › ')}
          </Text>
          <Text size="sm" className={classes.clamped}>
            {citation.quote}
          </Text>
        </Stack>
      </HoverCard.Dropdown>
    </HoverCard>
  );
}

interface AnswerTextProps {
  text: string;
  citations: readonly Citation[];
  /** Somebody chose a mark: its source is to be shown. */
  onOpen: (number: number) => void;
}

/** The text of an answer with the marks of its sources. */
export function AnswerText({ text, citations, onOpen }: AnswerTextProps) {
  const byNumber = new Map(citations.map((citation) => [citation.number, citation]));
  let place = 0;
  return (
    <div className={classes.text}>
      {textParts(text, new Set(byNumber.keys())).map((line) => {
        place += 1;
        return (
          <div key={place}>
            {line.map((part) => {
              place += 1;
              if ('text' in part) return <span key={place}>{part.text}</span>;
              const citation = byNumber.get(part.source);
              return citation && <Mark key={place} citation={citation} onOpen={onOpen} />;
            })}
          </div>
        );
      })}
    </div>
  );
}
