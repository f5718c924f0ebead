import { Alert, Button, Group, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconArrowLeft, IconArrowRight } from '@/app/icons';
import { useMay } from '@/app/permissions';
import { useLeaveGuard } from '@/components/api-form';
import { LinkButton } from '@/components/link-anchor';
import { PageHeader } from '@/components/page-header';
import { RecordPage } from '@/components/record-page';
import { SaveLine, undoByKey } from '@/components/save-line';
import { useAutosaved } from '@/components/use-autosaved';
import { CAMPAIGNS, type Campaign, campaignQuery } from '../queries';
import { STEPS, type Step } from '../search';
import { StateBadge } from '../state-badge';
import { AudienceStep } from './audience-step';
import { ContentStep } from './content-step';
import { GoalStep } from './goal-step';
import { LaunchButton } from './launch-button';
import { ReviewStep } from './review-step';
import { ScheduleStep } from './schedule-step';
import { type Mark, StepNav } from './step-nav';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const route = getRouteApi('/_app/campaigns/$campaignId/edit');

const PARTS: Record<Step, (props: StepProps) => ReactNode> = {
  goal: GoalStep,
  audience: AudienceStep,
  content: ContentStep,
  schedule: ScheduleStep,
  review: ReviewStep,
};
const LAST = STEPS.length - 1;
// The kit marks fields, but no groups of choices.
const WRONG = '[aria-invalid="true"], [data-lacking] [role="radio"]';
const draftOf = ({ name, draft }: Campaign) => ({ name, draft });

/** Steps that were left: all before the one the page was opened at, and whichever was looked at since. */
function useLeft(step: Step): ReadonlySet<Step> {
  const [left, setLeft] = useState<ReadonlySet<Step>>(new Set(STEPS.slice(0, STEPS.indexOf(step))));
  const before = useRef(step);
  useEffect(() => {
    const known = before.current;
    before.current = step;
    if (known !== step) {
      setLeft((old) => new Set([...old, known, ...STEPS.slice(0, STEPS.indexOf(step))]));
    }
  }, [step]);
  return left;
}

/** Moves the focus to the heading of the step, or to its first field that is wrong. */
function useFocus(step: Step) {
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  const before = useRef(step);
  useEffect(() => {
    if (before.current === step) return;
    const back = before.current === 'review';
    before.current = step;
    const wrong = form.current?.querySelector<HTMLElement>(WRONG);
    const target = (back && wrong) || heading.current;
    target?.focus({ preventScroll: !back });
    if (!back) heading.current?.closest('main')?.scrollTo({ top: 0 });
  }, [step]);
  return { heading, form };
}

function Wizard({ campaign }: { campaign: Campaign }) {
  const { t } = useTranslation('campaigns');
  const { step = 'goal' } = route.useSearch();
  const navigate = route.useNavigate();
  const mayWrite = useMay('campaigns:write');
  const readOnly = !mayWrite || campaign.state !== 'draft';
  const editor = useAutosaved(campaign, { list: CAMPAIGNS, draftOf, readOnly });
  useLeaveGuard(editor.state !== 'saved' && !readOnly, false);
  const left = useLeft(step);
  const { heading, form } = useFocus(step);
  const at = STEPS.indexOf(step);
  const Part = PARTS[step];
  const go = (index: number) => {
    const next = STEPS[index];
    if (!next) return;
    void editor.flush();
    void navigate({ search: (old) => ({ ...old, step: next }) });
  };
  const wrong = (one: Step) =>
    campaign.problems.some((problem) => problem.step === one && problem.severity === 'error');
  const mark = (one: Step): Mark => {
    if (!left.has(one) || one === 'review') return undefined;
    return wrong(one) ? 'wrong' : 'done';
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    go(at + 1);
  };
  return (
    <>
      <PageHeader
        title={editor.draft.name || campaign.name}
        beside={<StateBadge state={campaign.state} />}
        actions={
          <Group gap="sm">
            {!readOnly && <SaveLine editor={editor} at={campaign.updated_at} />}
            <LinkButton
              variant="default"
              to="/campaigns/$campaignId"
              params={{ campaignId: campaign.id }}
            >
              {t('wizard.close')}
            </LinkButton>
          </Group>
        }
      />
      <StepNav
        active={step}
        marks={Object.fromEntries(STEPS.map((one) => [one, mark(one)])) as Record<Step, Mark>}
      />
      {readOnly && mayWrite && <Alert color="blue">{t('wizard.readOnly')}</Alert>}
      {campaign.changed_in_builder && campaign.journey_id && (
        <Alert color="yellow" title={t('wizard.changed')}>
          <Group justify="space-between" gap="sm">
            {t('wizard.changedText')}
            <LinkButton
              size="xs"
              variant="default"
              to="/journeys/$journeyId"
              params={{ journeyId: campaign.journey_id }}
            >
              {t('wizard.openBuilder')}
            </LinkButton>
          </Group>
        </Alert>
      )}
      <form
        ref={form}
        noValidate
        className={classes.form}
        onSubmit={submit}
        onKeyDownCapture={readOnly ? undefined : undoByKey(editor)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
        }}
      >
        <Title order={2} ref={heading} tabIndex={-1} className="tw-hidden">
          {t('wizard.stepOf', { step: t(`step.${step}`), number: at + 1, count: STEPS.length })}
        </Title>
        <Part
          campaign={campaign}
          draft={editor.draft.draft}
          name={editor.draft.name}
          set={(change, key) =>
            editor.set((now) => ({ ...now, draft: { ...now.draft, ...change } }), key)
          }
          rename={(name) => editor.set((now) => ({ ...now, name }), 'name')}
          problem={(field) =>
            left.has(step)
              ? campaign.problems.find((one) => one.step === step && one.field === field)?.message
              : undefined
          }
          flush={editor.flush}
          readOnly={readOnly}
        />
        <Group className={classes.foot} justify="space-between">
          <Button
            variant="default"
            leftSection={<IconArrowLeft size={16} />}
            disabled={at === 0}
            onClick={() => go(at - 1)}
          >
            {t('wizard.back')}
          </Button>
          {at < LAST ? (
            <Button type="submit" rightSection={<IconArrowRight size={16} />}>
              {t('wizard.next', { step: t(`step.${STEPS[at + 1] as Step}`) })}
            </Button>
          ) : (
            !readOnly && <LaunchButton campaign={campaign} flush={editor.flush} />
          )}
        </Group>
      </form>
    </>
  );
}

/** The wizard of a campaign; it saves itself, and its step is in the address. */
export function WizardPage() {
  const { t } = useTranslation('campaigns');
  const { campaignId } = route.useParams();
  return (
    <RecordPage
      query={useQuery(campaignQuery(campaignId))}
      title={t('one')}
      gone={{ title: t('notFound'), to: '/campaigns', back: t('back') }}
    >
      {(campaign) => <Wizard key={campaign.id} campaign={campaign} />}
    </RecordPage>
  );
}
