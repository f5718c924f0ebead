import { Badge, Button, Checkbox, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDateTime, formatNumber, formatPercent } from '@/app/format';
import { askConfirm } from '@/components/confirm';
import { EmptyState, ErrorState, LoadingLines } from '@/components/page-states';
import { SettingsCard } from '@/components/settings-card';
import { toastError, toastSuccess } from '@/components/toasts';
import classes from './prompts.module.css';
import { changePrompt, type Experiment, experimentsQuery, type Prompt } from './queries';

const MOST = 5;
type Arm = Experiment['arms'][number];
const REASONS = [
  'confirmed',
  'booked',
  'rated',
  'thumb_up',
  'thumb_down',
  'corrected',
  'escalated',
  'reopened',
  'abandoned',
] as const;
const COLOURS: Partial<Record<(typeof REASONS)[number], string>> = {
  confirmed: 'green',
  booked: 'green',
  thumb_up: 'green',
  thumb_down: 'red',
  corrected: 'red',
};

function nameOf(t: TFunction<'prompts'>, number: number): string {
  return number === 0 ? t('versions.product') : t('versions.number', { number });
}

function Reasons({ because }: { because: Arm['because'] }) {
  const { t } = useTranslation('prompts');
  const found = REASONS.filter((reason) => because[reason]);
  if (found.length === 0) return null;
  return (
    <Group component="ul" gap={6} className={classes.reasons} aria-label={t('variants.because')}>
      {found.map((reason) => (
        <Badge key={reason} component="li" variant="light" color={COLOURS[reason] ?? 'gray'}>
          {t(`variants.reason.${reason}`, { count: because[reason] })}
        </Badge>
      ))}
    </Group>
  );
}

function Arms({ experiment }: { experiment: Experiment }) {
  const { t } = useTranslation('prompts');
  return (
    <ul className={classes.list}>
      {experiment.arms.map((arm) => {
        const name = nameOf(t, arm.number);
        return (
          <li key={arm.number} className={classes.row}>
            <div className={classes.grow}>
              <Group gap="xs">
                <Text size="sm" fw={500}>
                  {name}
                </Text>
                {experiment.published === arm.number && (
                  <Badge color="green">{t('variants.chosen')}</Badge>
                )}
              </Group>
              <Text size="xs" c="dimmed" className="tw-number">
                {t('variants.counts', {
                  used: formatNumber(arm.used),
                  judged: formatNumber(arm.judged),
                })}
                {arm.propensity !== null &&
                  ` · ${t('variants.chance', { chance: formatPercent(arm.propensity) })}`}
              </Text>
              <Reasons because={arm.because} />
            </div>
            <div className={classes.figure}>
              <Text size="sm" fw={500} className="tw-number">
                {arm.rate === null
                  ? t('variants.unjudged')
                  : t('variants.liked', { share: formatPercent(arm.rate) })}
              </Text>
              {arm.interval && (
                <Text size="xs" c="dimmed" className="tw-number">
                  {t('variants.between', {
                    low: formatPercent(arm.interval[0]),
                    high: formatPercent(arm.interval[1]),
                  })}
                </Text>
              )}
              {arm.weighed_rate !== null && (
                <Text size="xs" c="dimmed" className="tw-number">
                  {t('variants.weighed', { share: formatPercent(arm.weighed_rate) })}
                </Text>
              )}
            </div>
            <div className={classes.figure}>
              <Text size="xs" className="tw-number">
                {t('variants.best', { chance: formatPercent(arm.best_chance) })}
              </Text>
              <Progress
                mt={4}
                value={100 * arm.best_chance}
                aria-label={t('variants.bestOf', { name })}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Running({ prompt, experiment, mayWrite }: RunningProps) {
  const { t } = useTranslation('prompts');
  const best = experiment.arms.reduce((one, other) =>
    other.best_chance > one.best_chance ? other : one,
  ).number;
  const end = useMutation({
    mutationFn: (publish: number | null) =>
      changePrompt('post', `/${prompt.key}/experiments/${experiment.id}/end`, {
        body: { publish },
      }),
    onSuccess: () => toastSuccess(t('variants.ended')),
    onError: (reason) => toastError(t('variants.notEnded'), reason),
  });
  const stop = async () => {
    const before = nameOf(t, prompt.published ?? 0);
    const sure = await askConfirm({
      title: t('variants.stop'),
      message: t('variants.stopText', { name: before }),
      confirm: t('variants.stop'),
    });
    if (sure) end.mutate(null);
  };
  return (
    <SettingsCard
      title={t('variants.running')}
      description={t('variants.since', {
        name: experiment.started_by_name,
        when: formatDateTime(experiment.started_at),
      })}
    >
      <Arms experiment={experiment} />
      <Text size="xs" c="dimmed">
        {t('variants.how')}
      </Text>
      {mayWrite && (
        <Group justify="flex-end">
          <Button variant="default" disabled={end.isPending} onClick={() => void stop()}>
            {t('variants.stop')}
          </Button>
          <Button loading={end.isPending} onClick={() => end.mutate(best)}>
            {t('variants.use', { name: nameOf(t, best) })}
          </Button>
        </Group>
      )}
    </SettingsCard>
  );
}

interface RunningProps {
  prompt: Prompt;
  experiment: Experiment;
  mayWrite: boolean;
}

function Start({ prompt }: { prompt: Prompt }) {
  const { t } = useTranslation('prompts');
  const numbers = prompt.versions.map((one) => one.number);
  const [chosen, setChosen] = useState<string[]>(
    [...new Set([prompt.published ?? numbers[0], numbers[0]])].map(String),
  );
  const start = useMutation({
    mutationFn: () =>
      changePrompt('post', `/${prompt.key}/experiments`, { body: { numbers: chosen.map(Number) } }),
    onSuccess: () => toastSuccess(t('variants.started')),
    onError: (reason) => toastError(t('variants.notStarted'), reason),
  });
  return (
    <SettingsCard title={t('variants.title')} description={t('variants.text')}>
      <Checkbox.Group
        label={t('variants.which')}
        description={t('variants.whichText', { count: MOST })}
        value={chosen}
        onChange={setChosen}
      >
        <Stack gap="xs" mt="sm">
          {prompt.versions.map((one) => (
            <Checkbox
              key={one.number}
              value={String(one.number)}
              label={nameOf(t, one.number)}
              description={one.note}
              disabled={chosen.length >= MOST && !chosen.includes(String(one.number))}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      <Group justify="flex-end">
        <Button
          disabled={chosen.length < 2}
          loading={start.isPending}
          onClick={() => start.mutate()}
        >
          {t('variants.start')}
        </Button>
      </Group>
    </SettingsCard>
  );
}

/** Versions side by side: which take turns, how people judge each, and what was tried before. */
export function VariantsTab({ prompt, mayWrite }: { prompt: Prompt; mayWrite: boolean }) {
  const { t } = useTranslation('prompts');
  const { data, error, refetch } = useQuery(experimentsQuery(prompt.key));
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!data) return <LoadingLines lines={6} />;
  const running = data.items.find((one) => one.running);
  const past = data.items.filter((one) => !one.running);
  const single = prompt.versions.length < 2;
  return (
    <Stack gap="md">
      {running && <Running prompt={prompt} experiment={running} mayWrite={mayWrite} />}
      {!running && mayWrite && !single && <Start prompt={prompt} />}
      {!running && (single || !mayWrite) && past.length === 0 && (
        <SettingsCard title={t('variants.title')} description={t('variants.text')}>
          <EmptyState title={t('variants.empty')}>
            {t(single ? 'variants.single' : 'variants.none')}
          </EmptyState>
        </SettingsCard>
      )}
      {past.map((one) => (
        <SettingsCard
          key={one.id}
          title={t('variants.past', { when: formatDateTime(one.ended_at ?? one.started_at) })}
          description={t('variants.pastText', { name: one.ended_by_name })}
        >
          <Arms experiment={one} />
        </SettingsCard>
      ))}
    </Stack>
  );
}
