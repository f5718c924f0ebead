import { Button, Card, Group, MultiSelect, SimpleGrid, Text, Textarea, Title } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { formatNumber } from '@/app/format';
import { ErrorState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import classes from './ai.module.css';
import { changeAi, modelsQuery } from './queries';
import { formatCost } from './words';

/** One question to several models at the same time, answers side by side. */
export function CompareCard() {
  const { t } = useTranslation('ai');
  const models = (useQuery(modelsQuery()).data ?? []).filter(
    ({ capability }) => capability === 'text',
  );
  const [chosen, setChosen] = useState<string[]>([]);
  const [prompt, setPrompt] = useState('');
  const ask = useMutation({
    mutationFn: () =>
      changeAi<Schema<'ComparisonRead'>>('post', '/compare', {
        body: { model_ids: chosen, prompt },
      }),
  });
  return (
    <SettingsCard title={t('compare.title')} description={t('compare.text')}>
      {models.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('compare.none')}
        </Text>
      ) : (
        <>
          <MultiSelect
            label={t('compare.models')}
            data={models.map(({ id, name, connection_label }) => ({
              value: id,
              label: `${name} (${connection_label})`,
            }))}
            value={chosen}
            onChange={setChosen}
            maxValues={6}
          />
          <Textarea
            label={t('compare.prompt')}
            autosize
            minRows={2}
            maxRows={8}
            maxLength={50_000}
            value={prompt}
            onChange={(event) => setPrompt(event.currentTarget.value)}
          />
          <Group>
            <Button
              variant="default"
              disabled={chosen.length === 0 || !prompt.trim()}
              loading={ask.isPending}
              onClick={() => ask.mutate()}
            >
              {t('compare.run')}
            </Button>
          </Group>
        </>
      )}
      {ask.error && <ErrorState error={ask.error} compact />}
      {ask.data && (
        <SimpleGrid cols={{ base: 1, sm: Math.min(2, ask.data.answers.length) }} role="status">
          {ask.data.answers.map((answer) => (
            <Card key={answer.model_id} component="section" aria-label={answer.model}>
              <Title order={3} fz="sm" className={classes.breakable}>
                {answer.model}
              </Title>
              <Text size="xs" c="dimmed" className="tw-number">
                {t('compare.facts', {
                  cost:
                    answer.cost_microusd === null
                      ? t('compare.unknownCost')
                      : formatCost(answer.cost_microusd),
                  tokens: formatNumber((answer.input_tokens ?? 0) + (answer.output_tokens ?? 0)),
                  ms: formatNumber(answer.latency_ms),
                })}
              </Text>
              <pre className={classes.text}>{answer.text ?? answer.error}</pre>
            </Card>
          ))}
        </SimpleGrid>
      )}
    </SettingsCard>
  );
}
