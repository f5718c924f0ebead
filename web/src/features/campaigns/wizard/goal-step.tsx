import { Card, Input, NumberInput, Radio, Select, SimpleGrid, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Columns } from '@/components/editor';
import { EventField } from '@/components/journey/fields';
import type { Goal } from '../draft';
import { GOAL_KINDS, GOALS, type GoalKind } from '../goals';
import { PlanCard } from './plan-card';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const STATUSES = ['contacted', 'qualified', 'customer'] as const;
const SCORE = 70;
/** What a goal is told besides its kind, at first. */
const BLANK = { event: null, form: '', status: null, score_at_least: null };

function Details({ draft, set, problem, readOnly }: StepProps) {
  const { t } = useTranslation('campaigns');
  const { goal } = draft;
  const put = (change: Partial<Goal>) => set({ goal: { ...goal, ...change } }, 'goal');
  switch (goal.kind) {
    case 'form':
      return (
        <TextInput
          label={t('goal.form')}
          description={t('goal.formText')}
          placeholder={t('goal.anyForm')}
          maxLength={120}
          readOnly={readOnly}
          value={goal.form}
          onChange={({ currentTarget }) => put({ form: currentTarget.value })}
        />
      );
    case 'status':
      return (
        <Select
          label={t('goal.status')}
          placeholder={t('choose')}
          readOnly={readOnly}
          error={problem('goal.status')}
          data={STATUSES.map((value) => ({ value, label: t(`status.${value}`) }))}
          value={goal.status}
          onChange={(status) => put({ status: status as Goal['status'] })}
        />
      );
    case 'score':
      return (
        <NumberInput
          label={t('goal.score')}
          min={1}
          max={100}
          allowDecimal={false}
          readOnly={readOnly}
          error={problem('goal.score_at_least')}
          value={goal.score_at_least ?? ''}
          onChange={(points) => put({ score_at_least: typeof points === 'number' ? points : null })}
        />
      );
    case 'event':
      return (
        <EventField
          label={t('goal.event')}
          readOnly={readOnly}
          error={problem('goal.event')}
          value={goal.event ?? undefined}
          onChange={(event) => put({ event: { kind: event.kind, where: event.where ?? [] } })}
        />
      );
    default:
      return null;
  }
}

/** What the campaign is called, what it is for, and how it is known that it went well. */
export function GoalStep(props: StepProps) {
  const { t } = useTranslation('campaigns');
  const { draft, name, rename, set, problem, readOnly } = props;
  const { goal } = draft;
  const put = (change: Partial<Goal>) => set({ goal: { ...goal, ...change } }, 'goal');
  const locked = readOnly || props.campaign.changed_in_builder;
  return (
    <Columns beside={<PlanCard draft={draft} />} sticky>
      <Card className={classes.fields}>
        <TextInput
          label={t('field.name')}
          required
          maxLength={120}
          readOnly={readOnly}
          value={name}
          error={name.trim() ? undefined : t('field.nameMissing')}
          onChange={({ currentTarget }) => rename(currentTarget.value)}
        />
        <Radio.Group
          label={t('goal.kind')}
          description={t('goal.kindText')}
          required
          readOnly={locked}
          error={problem('goal.kind')}
          value={goal.kind}
          onChange={(kind) =>
            put({
              ...BLANK,
              kind: kind as GoalKind,
              score_at_least: kind === 'score' ? SCORE : null,
            })
          }
        >
          <div className={classes.goals} data-lacking={Boolean(problem('goal.kind')) || undefined}>
            {GOAL_KINDS.map((kind) => {
              const Icon = GOALS[kind];
              return (
                <Radio.Card
                  key={kind}
                  value={kind}
                  className={classes.choice}
                  aria-label={t(`goals.${kind}`)}
                >
                  <Icon size={18} aria-hidden />
                  <div>
                    <div className={classes.choiceName}>{t(`goals.${kind}`)}</div>
                    <div className={classes.choiceText}>{t(`goals.${kind}Text`)}</div>
                  </div>
                </Radio.Card>
              );
            })}
          </div>
        </Radio.Group>
        <Details {...props} readOnly={locked} />
        <Input.Wrapper label={t('goal.measure')} labelElement="div">
          <SimpleGrid cols={{ base: 1, sm: 2 }} mt={4}>
            <NumberInput
              label={t('goal.target')}
              description={t('goal.targetText')}
              placeholder={t('goal.targetExample')}
              min={1}
              max={10_000_000}
              allowDecimal={false}
              thousandSeparator
              readOnly={readOnly}
              error={problem('goal.target_count')}
              value={goal.target_count ?? ''}
              onChange={(count) => put({ target_count: typeof count === 'number' ? count : null })}
            />
            <NumberInput
              label={t('goal.within')}
              description={t('goal.withinText')}
              min={1}
              max={180}
              clampBehavior="strict"
              allowDecimal={false}
              readOnly={locked}
              value={goal.within_days}
              onChange={(days) =>
                typeof days === 'number' && days >= 1 && put({ within_days: days })
              }
            />
          </SimpleGrid>
        </Input.Wrapper>
      </Card>
    </Columns>
  );
}
