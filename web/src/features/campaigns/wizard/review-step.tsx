import { Button, Card, Group, SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { request } from '@/api/client';
import { invalidatePaths } from '@/api/query-client';
import { formatDateTime, formatMoney, formatNumber, formatPercent } from '@/app/format';
import { IconAlertTriangle, IconCircleCheck, IconCircleX } from '@/app/icons';
import { LinkAnchor } from '@/components/link-anchor';
import { toastError } from '@/components/toasts';
import { CAMPAIGNS, segmentsQuery } from '../queries';
import type { Step } from '../search';
import { AddressDialog } from './address-dialog';
import { useOwnProblems } from './own-problems';
import { PlanCard } from './plan-card';
import { purposesQuery, reachQuery } from './queries';
import { ReachCard } from './reach-card';
import { RehearsalCard } from './rehearsal-card';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const ICONS = { error: IconCircleX, warning: IconAlertTriangle, fine: IconCircleCheck } as const;

function Check({
  severity,
  action,
  children,
}: {
  severity: keyof typeof ICONS;
  action?: ReactNode;
  children: string;
}) {
  const { t } = useTranslation('campaigns');
  const Icon = ICONS[severity];
  return (
    <li className={classes.check} data-severity={severity}>
      <Icon size={18} aria-hidden />
      <Text size="sm" flex={1}>
        <span className="tw-hidden">{t(`review.${severity}`)}: </span>
        {children}
      </Text>
      {action}
    </li>
  );
}

/** Opens the step where something can be put right; its field has the focus there. */
function ToStep({ step, children }: { step: Step; children: string }) {
  return (
    <LinkAnchor to="." search={((old: object) => ({ ...old, step })) as never}>
      {children}
    </LinkAnchor>
  );
}

function Checklist({ campaign, draft }: StepProps) {
  const { t } = useTranslation('campaigns');
  const { data: reach } = useQuery(reachQuery(campaign.id, draft));
  const own = useOwnProblems(draft);
  const [addressing, setAddressing] = useState(false);
  const { problems } = campaign;
  const parts = (['goal', 'audience', 'content', 'schedule'] as const).filter(
    (step) => !problems.some((problem) => problem.step === step),
  );
  const all = [...own, ...problems];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  return (
    <Card component="section" aria-label={t('review.checks')}>
      <Title order={3} size="h3" mb="xs">
        {errors > 0 ? t('review.blocked', { count: errors }) : t('review.ready')}
      </Title>
      <ul className={classes.checks}>
        {(['error', 'warning'] as const).flatMap((severity) => [
          ...own
            .filter((one) => one.severity === severity)
            .map((one) => (
              <Check
                key={one.code}
                severity={severity}
                action={
                  one.code === 'no_postal_address' ? (
                    <Button size="xs" variant="default" onClick={() => setAddressing(true)}>
                      {t('review.giveAddress')}
                    </Button>
                  ) : (
                    <LinkAnchor to="/settings/email">{t('review.setUpSender')}</LinkAnchor>
                  )
                }
              >
                {one.message}
              </Check>
            )),
          ...problems
            .filter((one) => one.severity === severity)
            .map(({ code, field, message, step }) => (
              <Check
                key={`${code}${field}`}
                severity={severity}
                action={step !== 'review' && <ToStep step={step}>{t(`step.${step}`)}</ToStep>}
              >
                {message}
              </Check>
            )),
        ])}
        {reach && reach.people > 0 && reach.reachable === 0 && (
          <Check severity="warning" action={<ToStep step="audience">{t('step.audience')}</ToStep>}>
            {t('review.nobody')}
          </Check>
        )}
        {parts.map((step) => (
          <Check key={step} severity="fine">
            {t(`review.good.${step}`)}
          </Check>
        ))}
      </ul>
      {addressing && <AddressDialog onClose={() => setAddressing(false)} />}
    </Card>
  );
}

function Summary({ draft }: StepProps) {
  const { t } = useTranslation('campaigns');
  const { t: words } = useTranslation('journeys');
  const segments = useQuery(segmentsQuery()).data ?? [];
  const purposes = useQuery(purposesQuery()).data ?? [];
  const { goal, audience, schedule, budget, testing } = draft;
  const names = (ids: readonly string[]) =>
    ids.map((id) => segments.find((one) => one.id === id)?.name ?? t('review.gone')).join(', ');
  const purpose = purposes.find(({ key }) => key === draft.purpose)?.name ?? draft.purpose;
  const rows: [Step, string, (string | false | null)[]][] = [
    [
      'goal',
      t('review.goal'),
      [
        goal.kind && t(`goals.${goal.kind}`),
        goal.target_count !== null &&
          t('review.target', { count: goal.target_count, shown: formatNumber(goal.target_count) }),
        t('review.within', { count: goal.within_days }),
      ],
    ],
    [
      'audience',
      t('review.audience'),
      [
        names(audience.segments),
        audience.conditions !== null && t('review.conditions'),
        audience.without.length > 0 && t('review.without', { names: names(audience.without) }),
        audience.without_recent_days !== null &&
          t('review.recent', { count: audience.without_recent_days }),
        t('review.purpose', { purpose }),
      ],
    ],
    [
      'content',
      t('review.content'),
      [
        t('review.messages', { count: draft.messages.length }),
        testing.mode !== 'one' && t(`testing.${testing.mode}`),
        testing.holdout > 0 && t('review.holdout', { share: formatPercent(testing.holdout) }),
      ],
    ],
    [
      'schedule',
      t('review.schedule'),
      [
        schedule.start === 'at' && schedule.at
          ? t('plan.at', { at: formatDateTime(schedule.at) })
          : t('plan.now'),
        schedule.send_time === 'clock'
          ? t('review.clock', { clock: schedule.clock ?? '' })
          : t(`sendTime.${schedule.send_time}`),
        schedule.weekdays.length > 0 &&
          schedule.weekdays.map((day) => words(`weekday.${day as 0}`)).join(', '),
        schedule.pace_per_hour !== null &&
          t('review.pace', { shown: formatNumber(schedule.pace_per_hour) }),
        schedule.ends_at && t('review.ends', { at: formatDateTime(schedule.ends_at) }),
        budget &&
          t(`review.budget.${budget.per}`, {
            amount: formatMoney(budget.amount_minor, budget.currency),
          }),
      ],
    ],
  ];
  return (
    <Card component="section" aria-label={t('review.summary')}>
      <Title order={3} size="h3" mb="xs">
        {t('review.summary')}
      </Title>
      <dl className={classes.summary}>
        {rows.map(([step, name, facts]) => (
          <Row key={step} step={step} name={name}>
            {facts.filter(Boolean).join(' · ')}
          </Row>
        ))}
      </dl>
    </Card>
  );
}

function Row({ step, name, children }: { step: Step; name: string; children: string }) {
  const { t } = useTranslation('campaigns');
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
      <dd>
        <LinkAnchor
          to="."
          search={((old: object) => ({ ...old, step })) as never}
          aria-label={t('review.changeOf', { name })}
        >
          {t('review.change')}
        </LinkAnchor>
      </dd>
    </>
  );
}

/** What keeps it from its launch, whom it reaches, and how it would go. */
export function ReviewStep(props: StepProps) {
  const { t } = useTranslation('campaigns');
  const navigate = useNavigate();
  const { campaign, draft, flush, readOnly } = props;
  const open = async () => {
    if (!(await flush())) return;
    try {
      const { journey_id } = await request<{ journey_id: string }>(
        'post',
        `${CAMPAIGNS}/${campaign.id}/journey`,
      );
      await invalidatePaths(CAMPAIGNS);
      void navigate({ to: '/journeys/$journeyId', params: { journeyId: journey_id } });
    } catch (reason) {
      toastError(t('review.notOpened'), reason);
    }
  };
  return (
    <>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <div className={classes.fields}>
          <Checklist {...props} />
          <Summary {...props} />
        </div>
        <div className={classes.fields}>
          <ReachCard campaign={campaign} draft={draft} />
          <PlanCard draft={draft} />
        </div>
      </SimpleGrid>
      <RehearsalCard {...props} />
      {!readOnly && (
        <Group gap="sm">
          <Text size="sm" c="dimmed">
            {t('review.builderText')}
          </Text>
          <Button variant="default" size="xs" onClick={() => void open()}>
            {t('wizard.openBuilder')}
          </Button>
        </Group>
      )}
    </>
  );
}
