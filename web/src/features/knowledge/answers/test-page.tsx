import { Button, Card, Group, SegmentedControl, Stack, Text, Textarea, Title } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconMessage } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { Page } from '@/components/page';
import { PageHeader } from '@/components/page-header';
import { EmptyState } from '@/components/page-states';
import classes from './answers.module.css';
import { ExchangeCard } from './exchange-card';
import { PassageList } from './passage-list';
import type { Audience } from './queries';
import { AUDIENCES } from './search';
import { useAsk } from './use-ask';
import { WriteDialog, type Writing } from './write-dialog';

const route = getRouteApi('/_app/knowledge/test');

/** Ask the knowledge base as somebody else would, and see why it answers as it does. */
export function TestPage() {
  const { t } = useTranslation('knowledge/answers');
  const { as = 'visitor', q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('knowledge:write');
  const [question, setQuestion] = useState(q);
  const [writing, setWriting] = useState<Writing>();
  const { exchanges, asking, ask, stop } = useAsk(t('answer.lost'));
  const latest = exchanges[0];
  const send = () => {
    const text = question.trim();
    if (!text) return;
    setQuestion('');
    void ask(text, as);
  };
  return (
    <Page layout="wide">
      <PageHeader title={t('test.title')} description={t('test.text')} />
      <div className={classes.columns}>
        <Stack gap="md">
          <Card>
            <form
              onSubmit={(event) => {
                event.preventDefault();
                send();
              }}
            >
              <Stack gap="sm">
                <Textarea
                  label={t('test.question')}
                  placeholder={t('test.placeholder')}
                  autosize
                  minRows={2}
                  maxRows={8}
                  maxLength={1000}
                  value={question}
                  onChange={(event) => setQuestion(event.currentTarget.value)}
                  onKeyDown={(event) => {
                    if (
                      event.key === 'Enter' &&
                      !event.shiftKey &&
                      !event.nativeEvent.isComposing
                    ) {
                      event.preventDefault();
                      send();
                    }
                  }}
                />
                <Group justify="space-between" align="flex-end">
                  <Stack gap={4}>
                    <SegmentedControl
                      aria-label={t('test.audience')}
                      value={as}
                      data={AUDIENCES.map((value) => ({ value, label: t(`test.${value}`) }))}
                      onChange={(value) =>
                        void navigate({
                          search: (old) => ({
                            ...old,
                            as: value === 'visitor' ? undefined : (value as Audience),
                          }),
                          replace: true,
                        })
                      }
                    />
                    <Text size="xs" c="dimmed">
                      {t(`test.sees.${as}`)}
                    </Text>
                  </Stack>
                  <Group gap="xs">
                    {asking && (
                      <Button variant="default" onClick={stop}>
                        {t('test.stop')}
                      </Button>
                    )}
                    <Button type="submit" disabled={!question.trim()}>
                      {t('test.ask')}
                    </Button>
                  </Group>
                </Group>
              </Stack>
            </form>
          </Card>
          {!latest && (
            <EmptyState icon={IconMessage} title={t('test.emptyTitle')}>
              {t('test.emptyText')}
            </EmptyState>
          )}
          <ul className={classes.cards} aria-label={t('test.answers')} aria-live="polite">
            {exchanges.map((exchange) => (
              <ExchangeCard
                key={exchange.id}
                exchange={exchange}
                onRetry={() => void ask(exchange.question, exchange.audience)}
                onWrite={mayWrite ? setWriting : undefined}
              />
            ))}
          </ul>
        </Stack>
        {latest && (
          <Card component="section" className={classes.aside} aria-labelledby="found-title">
            <Stack gap="sm">
              <div>
                <Title order={2} size="h4" id="found-title">
                  {t('passages.title')}
                </Title>
                <Text size="xs" c="dimmed">
                  {t('passages.text')}
                </Text>
              </div>
              <PassageList
                passages={latest.passages ?? []}
                citations={latest.answer?.citations ?? []}
              />
            </Stack>
          </Card>
        )}
      </div>
      {writing && <WriteDialog writing={writing} onClose={() => setWriting(undefined)} />}
    </Page>
  );
}
