import { Card, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconChevronRight, IconCircleCheck, IconCircleDashed } from '@/app/icons';
import classes from './onboarding-checklist.module.css';
import { type OnboardingStep, onboardingQuery } from './onboarding-query';
import { ErrorState, LoadingLines } from './page-states';

function Step({ step }: { step: OnboardingStep }) {
  const { t } = useTranslation('components');
  const Icon = step.done ? IconCircleCheck : IconCircleDashed;
  const content = (
    <>
      <Icon size={20} stroke={1.5} aria-hidden />
      <span className={classes.text}>
        <Text size="sm" fw={500}>
          {step.title}
          <span className="tw-hidden">{t(step.done ? 'onboarding.done' : 'onboarding.open')}</span>
        </Text>
        <Text size="sm" c="dimmed">
          {step.description}
        </Text>
      </span>
      {!step.done && <IconChevronRight size={16} aria-hidden />}
    </>
  );
  return (
    <li data-done={step.done || undefined}>
      {step.done ? (
        <div className={classes.step}>{content}</div>
      ) : (
        <Link to={step.link} className={classes.step}>
          {content}
        </Link>
      )}
    </li>
  );
}

/** First steps with their true state; what is open leads to where it is done. */
export function OnboardingChecklist() {
  const { t } = useTranslation('components');
  const list = useQuery(onboardingQuery());
  const steps = list.data?.steps;
  const { done, total } = list.data ?? { done: 0, total: 0 };
  if (list.isError && !steps) {
    return (
      <Card>
        <ErrorState error={list.error} onRetry={() => void list.refetch()} compact />
      </Card>
    );
  }
  return (
    <Card padding={0}>
      <Stack gap="xs" p="md">
        <Group justify="space-between">
          <Text component="h2" size="md" fw={600}>
            {t(steps && done === total ? 'onboarding.allDone' : 'onboarding.stepsTitle')}
          </Text>
          <Text size="sm" c="dimmed" className="tw-number">
            {steps ? t('onboarding.progress', { done, total }) : ''}
          </Text>
        </Group>
        <Progress
          value={total ? (done / total) * 100 : 0}
          size={6}
          aria-label={t('onboarding.progressLabel')}
        />
      </Stack>
      {steps ? (
        <ol className={classes.list}>
          {steps.map((step) => (
            <Step key={step.key} step={step} />
          ))}
        </ol>
      ) : (
        <Stack p="md" mih={320}>
          <LoadingLines lines={6} height={32} />
        </Stack>
      )}
    </Card>
  );
}
