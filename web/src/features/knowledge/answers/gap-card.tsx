import { Box, Button, Card, Collapse, Group, Stack, Text, Title } from '@mantine/core';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatRelative } from '@/app/format';
import { Sparkline } from '@/components/charts';
import classes from './answers.module.css';
import { DocumentLink } from './document-link';
import type { Gap } from './queries';

interface GapCardProps {
  gap: Gap;
  mayWrite: boolean;
  checking: boolean;
  onWrite: () => void;
  onDismiss: () => void;
  onReopen: () => void;
  onCheck: () => void;
}

function Actions({ gap, checking, onWrite, onDismiss, onReopen, onCheck }: GapCardProps) {
  const { t } = useTranslation('knowledge/answers');
  const name = { question: gap.question };
  if (gap.state === 'dismissed') {
    return (
      <Button variant="default" aria-label={t('questions.reopenFor', name)} onClick={onReopen}>
        {t('questions.reopen')}
      </Button>
    );
  }
  return (
    <Group gap={4}>
      <Button
        variant="subtle"
        px="sm"
        loading={checking}
        aria-label={t('questions.checkFor', name)}
        onClick={onCheck}
      >
        {t('questions.check')}
      </Button>
      {gap.state === 'open' && (
        <>
          <Button
            variant="subtle"
            px="sm"
            aria-label={t('questions.dismissFor', name)}
            onClick={onDismiss}
          >
            {t('questions.dismiss')}
          </Button>
          <Button variant="default" aria-label={t('questions.writeFor', name)} onClick={onWrite}>
            {t('questions.write')}
          </Button>
        </>
      )}
    </Group>
  );
}

/** Similar questions that nothing answers: how often, since when, in which words, and what to do. */
export function GapCard(props: GapCardProps) {
  const { gap, mayWrite } = props;
  const { t } = useTranslation('knowledge/answers');
  const [shown, setShown] = useState(false);
  const others = [...new Set(gap.examples)].filter((example) => example !== gap.question);
  const facts = [
    t('questions.times', { count: gap.times }),
    t('questions.week', { count: gap.this_week }),
    gap.week_before > 0 && t('questions.before', { count: gap.week_before }),
    t('questions.last', { when: formatRelative(gap.last_at) }),
    t('questions.channels', { channels: gap.channels.join(', ') }),
  ];
  return (
    <Card component="li">
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Stack gap={4} miw={0}>
            <Title order={2} size="h4" className={classes.breakable}>
              {gap.question}
            </Title>
            <Text size="xs" c="dimmed">
              {facts.filter(Boolean).join(' · ')}
            </Text>
          </Stack>
          {gap.trend.some((count) => count > 0) && (
            <Box w={96} h={32} flex="none" visibleFrom="sm">
              <Suspense>
                <Sparkline
                  h={32}
                  data={gap.trend}
                  color="blue.5"
                  curveType="linear"
                  strokeWidth={1.5}
                  role="img"
                  aria-label={t('questions.trend', { list: gap.trend.join(', ') })}
                />
              </Suspense>
            </Box>
          )}
        </Group>
        {gap.handled_at && gap.state !== 'open' && (
          <Text size="xs" c="dimmed" className={classes.breakable}>
            {t('questions.by', {
              name: gap.handled_by_name,
              when: formatRelative(gap.handled_at),
            })}
            {gap.reason && `: “${gap.reason}”`}
          </Text>
        )}
        {gap.document_id && <DocumentLink id={gap.document_id} title={t('questions.written')} />}
        <Group justify="space-between">
          {others.length > 0 ? (
            <Button
              variant="transparent"
              size="compact-sm"
              px={0}
              aria-expanded={shown}
              onClick={() => setShown(!shown)}
            >
              {t('questions.otherWords', { count: others.length })}
            </Button>
          ) : (
            <span />
          )}
          {mayWrite && <Actions {...props} />}
        </Group>
        {others.length > 0 && (
          <Collapse expanded={shown}>
            <ul className={classes.list}>
              {others.map((example) => (
                <Text component="li" size="sm" key={example} className={classes.quote}>
                  {example}
                </Text>
              ))}
            </ul>
          </Collapse>
        )}
      </Stack>
    </Card>
  );
}
