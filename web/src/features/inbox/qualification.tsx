import { Badge, Group, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Masked } from '@/components/masked';
import { qualificationQuery } from './queries';
import classes from './thread.module.css';

const STATE_COLOURS = {
  running: 'blue',
  qualified: 'green',
  unqualified: 'gray',
  incomplete: 'yellow',
} as const;

/** What was found out in the conversation, in the visitor's own words, and what it comes to. */
export function Qualification({ conversation }: { conversation: string }) {
  const { t } = useTranslation('inbox');
  const run = useQuery(qualificationQuery(conversation)).data?.[0];
  if (!run) return null;
  return (
    <section className={classes.section} aria-label={t('panel.qualification')}>
      <Group justify="space-between" gap="xs">
        <Title order={3} size="h3">
          {t('panel.qualification')}
        </Title>
        <Badge color={STATE_COLOURS[run.state]}>{t(`run.${run.state}`)}</Badge>
      </Group>
      {run.outcome && (
        <Text size="sm" fw={500}>
          {run.score === null ? run.outcome : `${run.outcome} · ${run.score}`}
        </Text>
      )}
      {run.reasons.length > 0 && (
        <ul className={classes.bullets}>
          {run.reasons.map(({ text }) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      <dl className={classes.answers}>
        {run.answers.map((answer) => (
          <div key={answer.question_key}>
            <dt>{answer.label}</dt>
            <dd>
              <Group gap={6}>
                <Text size="sm">
                  {answer.state === 'refused' ? (
                    t('answer.refused')
                  ) : (
                    <Masked value={answer.shown} />
                  )}
                </Text>
                {(answer.state === 'inferred' || answer.state === 'corrected') && (
                  <Badge size="sm" color={answer.state === 'inferred' ? 'yellow' : 'gray'}>
                    {t(`answer.${answer.state}`)}
                  </Badge>
                )}
              </Group>
              {answer.quote && (
                <blockquote className={classes.quote}>
                  <Masked value={answer.quote} />
                </blockquote>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
