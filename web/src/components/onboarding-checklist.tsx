import { Card, Group, Progress, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { IconChevronRight, IconCircleCheck, IconCircleDashed } from '@/app/icons';
import classes from './onboarding-checklist.module.css';
import { type OnboardingStep, onboardingQuery } from './onboarding-query';
import { ErrorState, LoadingLines } from './page-states';

function Step({ step, path }: { step: OnboardingStep; path: string | undefined }) {
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
      {path && !step.done && <IconChevronRight size={16} aria-hidden />}
    </>
  );
  return (
    <li data-done={step.done || undefined}>
      {path && !step.done ? (
        <Link to={path} className={classes.step}>
          {content}
        </Link>
      ) : (
        <div className={classes.step}>{content}</div>
      )}
    </li>
  );
}

/** First steps with their true state; a step links only to a page that exists. */
export function OnboardingChecklist() {
  const { t } = useTranslation('components');
  const router = useRouter();
  const list = useQuery(onboardingQuery());
  const steps = list.data?.steps;
  const { done, total } = list.data ?? { done: 0, total: 0 };
  const known = (link: string) =>
    (link.split('?')[0] ?? '') in router.routesByPath ? link : undefined;
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
            <Step key={step.key} step={step} path={known(step.link)} />
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
