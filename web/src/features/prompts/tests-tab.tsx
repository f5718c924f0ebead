import { ActionIcon, Alert, Badge, Button, Group, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schema } from '@/api/api';
import { toApiError } from '@/api/errors';
import { formatNumber, formatRelative } from '@/app/format';
import { IconPencil, IconPlus, IconTrash } from '@/app/icons';
import { EmptyState } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError } from '@/components/toasts';
import classes from './prompts.module.css';
import { changePrompt, type Expectation, type Prompt, type Test } from './queries';
import { TestDialog } from './test-dialog';

type Run = Schema<'RunRead'>;

function useExpectationWords() {
  const { t } = useTranslation('prompts');
  return (one: Expectation) => {
    if (one.kind === 'max_length') {
      return t('expect.max_length', { count: formatNumber(one.characters) });
    }
    if (one.kind === 'matches_schema') return t('expect.matches_schema');
    return t(`expect.${one.kind}`, { text: one.text });
  };
}

function RunCard({ run }: { run: Run }) {
  const { t } = useTranslation('prompts');
  return (
    <SettingsCard
      title={t('run.title')}
      description={t('run.facts', {
        number: run.number,
        model: run.model,
        when: formatRelative(run.created_at),
        name: run.run_by_name,
      })}
      action={
        <Badge color={run.failed === 0 ? 'green' : 'red'}>
          {t('run.count', { passed: run.passed, all: run.passed + run.failed })}
        </Badge>
      }
    >
      <ul className={classes.list}>
        {run.results.map((result) => (
          <li key={result.name} className={classes.row}>
            <Stack gap={4} className={classes.grow}>
              <Group gap="xs">
                <Badge color={result.passed ? 'green' : 'red'}>
                  {t(result.passed ? 'run.passed' : 'run.failed')}
                </Badge>
                <Text size="sm" fw={500} className={classes.breakable}>
                  {result.name}
                </Text>
                {result.latency_ms !== null && (
                  <Text size="xs" c="dimmed" className="tw-number">
                    {`${formatNumber(result.latency_ms)} ms`}
                  </Text>
                )}
              </Group>
              {result.failures.map((failure) => (
                <Text key={failure} size="sm" className={classes.breakable}>
                  {failure}
                </Text>
              ))}
              {result.answer && <pre className={classes.text}>{result.answer}</pre>}
            </Stack>
          </li>
        ))}
      </ul>
    </SettingsCard>
  );
}

/** What the answers must be like, and how the last run went. */
export function TestsTab({ prompt, mayWrite }: { prompt: Prompt; mayWrite: boolean }) {
  const { t } = useTranslation('prompts');
  const words = useExpectationWords();
  const [edited, setEdited] = useState<Test | 'new'>();
  const [number, setNumber] = useState(String(prompt.versions[0]?.number ?? 0));
  const run = useMutation({
    mutationFn: () =>
      changePrompt<Run>('post', `/${prompt.key}/runs`, { body: { number: Number(number) } }),
  });
  const remove = async (test: Test) => {
    try {
      await changePrompt('delete', `/${prompt.key}/tests/${test.id}`);
    } catch (reason) {
      toastError(t('tests.notRemoved', { name: test.name }), reason);
    }
  };
  const shown = run.data ?? prompt.run;
  return (
    <Stack gap="md">
      <SettingsCard
        title={t('tests.title')}
        description={t('tests.text')}
        action={
          mayWrite && (
            <Button
              variant="default"
              leftSection={<IconPlus size={16} />}
              onClick={() => setEdited('new')}
            >
              {t('tests.new')}
            </Button>
          )
        }
      >
        {prompt.all_tests.length === 0 && (
          <EmptyState title={t('tests.empty')} compact>
            {t('tests.emptyText')}
          </EmptyState>
        )}
        {prompt.all_tests.length > 0 && (
          <ul className={classes.list}>
            {prompt.all_tests.map((test) => (
              <li key={test.id ?? test.name} className={classes.row}>
                <div className={classes.grow}>
                  <Group gap="xs">
                    <Text size="sm" fw={500} className={classes.breakable}>
                      {test.name}
                    </Text>
                    {test.id === null && <Badge color="gray">{t('origin.product')}</Badge>}
                  </Group>
                  <Text size="xs" c="dimmed" className={classes.breakable}>
                    {test.expectations.map(words).join(' · ')}
                  </Text>
                </div>
                {mayWrite && test.id !== null && (
                  <Group gap={0} wrap="nowrap">
                    <ActionIcon
                      aria-label={t('tests.edit', { name: test.name })}
                      onClick={() => setEdited(test)}
                    >
                      <IconPencil size={16} />
                    </ActionIcon>
                    <ActionIcon
                      aria-label={t('tests.remove', { name: test.name })}
                      onClick={() => void remove(test)}
                    >
                      <IconTrash size={16} />
                    </ActionIcon>
                  </Group>
                )}
              </li>
            ))}
          </ul>
        )}
        {mayWrite && prompt.all_tests.length > 0 && (
          <Group align="flex-end" gap="sm">
            <Select
              label={t('run.version')}
              data={prompt.versions.map((one) => ({
                value: String(one.number),
                label:
                  one.number === 0
                    ? t('versions.product')
                    : t('versions.number', { number: one.number }),
              }))}
              value={number}
              allowDeselect={false}
              onChange={(value) => setNumber(value ?? '0')}
            />
            <Button variant="default" loading={run.isPending} onClick={() => run.mutate()}>
              {t('run.start')}
            </Button>
          </Group>
        )}
        {run.error && (
          <Alert color={toApiError(run.error).code === 'ai.no_model' ? 'blue' : 'red'}>
            {toApiError(run.error).message}
          </Alert>
        )}
      </SettingsCard>
      {shown && <RunCard run={shown} />}
      {edited && (
        <TestDialog
          prompt={prompt}
          test={edited === 'new' ? undefined : edited}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Stack>
  );
}
