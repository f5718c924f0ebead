import {
  Card,
  Checkbox,
  NumberInput,
  Radio,
  Select,
  SimpleGrid,
  TextInput,
  Title,
} from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { fromMinor, toMinor } from '@/app/amounts';
import { Columns } from '@/components/editor';
import { ClockField, WeekdaysField } from '@/components/journey/fields';
import type { Budget, Schedule } from '../draft';
import { fromLocal, toLocal } from '../moments';
import { PlanCard } from './plan-card';
import { ReachCard } from './reach-card';
import type { StepProps } from './step-props';
import classes from './wizard.module.css';

const STARTS = ['now', 'at'] as const;
const TIMES = ['asap', 'clock', 'best'] as const;
const PERIODS = ['total', 'day', 'month'] as const;
const MICRO = 1_000_000;
const HOURLY = 1_000;
const BUDGET: Budget = { amount_minor: 10_000, currency: 'USD', per: 'total', prices_microusd: {} };

/** Something that is left out unless it is ticked; its fields stand below. */
function Optional({
  label,
  description,
  on,
  onChange,
  readOnly,
  children,
}: {
  label: string;
  description: string;
  on: boolean;
  onChange: (on: boolean) => void;
  readOnly: boolean;
  children: ReactNode;
}) {
  return (
    <div className={classes.alone}>
      <Checkbox
        label={label}
        description={description}
        disabled={readOnly}
        checked={on}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      {on && <div className={classes.below}>{children}</div>}
    </div>
  );
}

function BudgetCard({ draft, set, problem, readOnly }: StepProps) {
  const { t } = useTranslation('campaigns');
  const { budget } = draft;
  const put = (change: Partial<Budget>) =>
    set({ budget: { ...BUDGET, ...budget, ...change } }, 'budget');
  const channels = [...new Set(draft.messages.map(({ channel }) => channel))];
  return (
    <Card className={classes.fields}>
      <Title order={3} size="h3">
        {t('budget.title')}
      </Title>
      <Optional
        label={t('budget.limit')}
        description={t('budget.limitText')}
        on={budget !== null}
        readOnly={readOnly}
        onChange={(on) => set({ budget: on ? BUDGET : null }, 'budget')}
      >
        {budget && (
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberInput
              label={t('budget.amount')}
              prefix="$ "
              min={0.01}
              decimalScale={2}
              thousandSeparator
              readOnly={readOnly}
              value={fromMinor(budget.amount_minor, budget.currency) ?? ''}
              onChange={(amount) => {
                const minor = typeof amount === 'number' ? toMinor(amount, budget.currency) : null;
                if (minor) put({ amount_minor: minor });
              }}
            />
            <Select
              label={t('budget.per')}
              readOnly={readOnly}
              data={PERIODS.map((value) => ({ value, label: t(`budget.period.${value}`) }))}
              value={budget.per}
              onChange={(per) => put({ per: per as Budget['per'] })}
            />
            {channels.map((channel, index) => (
              <NumberInput
                key={channel}
                label={t('budget.price', { channel: t(`channel.${channel}`) })}
                description={t('budget.priceText')}
                prefix="$ "
                min={0}
                max={1_000}
                decimalScale={6}
                readOnly={readOnly}
                error={index === 0 ? problem('budget.prices_microusd') : undefined}
                value={(budget.prices_microusd[channel] ?? 0) / MICRO}
                onChange={(price) =>
                  typeof price === 'number' &&
                  put({
                    prices_microusd: {
                      ...budget.prices_microusd,
                      [channel]: Math.round(price * MICRO),
                    },
                  })
                }
              />
            ))}
          </SimpleGrid>
        )}
      </Optional>
    </Card>
  );
}

/** When it begins, at what time messages leave, how fast, when it ends, and what it may cost. */
export function ScheduleStep(props: StepProps) {
  const { t } = useTranslation('campaigns');
  const { campaign, draft, set, problem, readOnly } = props;
  const { schedule } = draft;
  const put = (change: Partial<Schedule>) =>
    set({ schedule: { ...schedule, ...change } }, 'schedule');
  const inHand = readOnly || campaign.changed_in_builder;
  return (
    <Columns
      sticky
      beside={
        <>
          <PlanCard draft={draft} />
          <ReachCard campaign={campaign} draft={draft} />
        </>
      }
    >
      <Card className={classes.fields}>
        <Title order={3} size="h3">
          {t('schedule.begin')}
        </Title>
        <Radio.Group
          aria-label={t('schedule.begin')}
          readOnly={readOnly}
          value={schedule.start}
          onChange={(start) => put({ start: start as Schedule['start'] })}
        >
          <div className={classes.goals}>
            {STARTS.map((start) => (
              <Radio.Card
                key={start}
                value={start}
                className={classes.choice}
                aria-label={t(`schedule.${start}`)}
              >
                <Radio.Indicator mt={2} />
                <div>
                  <div className={classes.choiceName}>{t(`schedule.${start}`)}</div>
                  <div className={classes.choiceText}>{t(`schedule.${start}Text`)}</div>
                </div>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {schedule.start === 'at' && (
            <TextInput
              type="datetime-local"
              label={t('schedule.startsAt')}
              description={t('schedule.yourTime')}
              required
              readOnly={readOnly}
              error={problem('schedule.at')}
              value={toLocal(schedule.at)}
              onChange={({ currentTarget }) => put({ at: fromLocal(currentTarget.value) })}
            />
          )}
          <TextInput
            type="datetime-local"
            label={t('schedule.endsAt')}
            description={t('schedule.endsAtText')}
            readOnly={readOnly}
            error={problem('schedule.ends_at')}
            value={toLocal(schedule.ends_at)}
            onChange={({ currentTarget }) => put({ ends_at: fromLocal(currentTarget.value) })}
          />
        </SimpleGrid>
      </Card>
      <Card className={classes.fields}>
        <Title order={3} size="h3">
          {t('schedule.leave')}
        </Title>
        <Radio.Group
          aria-label={t('schedule.leave')}
          readOnly={inHand}
          value={schedule.send_time}
          onChange={(send_time) =>
            put({
              send_time: send_time as Schedule['send_time'],
              clock: send_time === 'clock' ? (schedule.clock ?? '09:00') : schedule.clock,
            })
          }
        >
          <div className={classes.goals}>
            {TIMES.map((time) => (
              <Radio.Card
                key={time}
                value={time}
                className={classes.choice}
                aria-label={t(`sendTime.${time}`)}
              >
                <Radio.Indicator mt={2} />
                <div>
                  <div className={classes.choiceName}>{t(`sendTime.${time}`)}</div>
                  <div className={classes.choiceText}>{t(`sendTime.${time}Text`)}</div>
                </div>
              </Radio.Card>
            ))}
          </div>
        </Radio.Group>
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          {schedule.send_time === 'clock' && (
            <ClockField
              label={t('schedule.clock')}
              description={t('schedule.clockText')}
              readOnly={inHand}
              error={problem('schedule.clock')}
              value={schedule.clock ?? undefined}
              onChange={(clock) => put({ clock })}
            />
          )}
          <WeekdaysField
            label={t('schedule.weekdays')}
            description={t('schedule.weekdaysText')}
            readOnly={inHand}
            value={schedule.weekdays}
            onChange={(weekdays) => put({ weekdays })}
          />
        </SimpleGrid>
        <Optional
          label={t('schedule.pace')}
          description={t('schedule.paceText')}
          on={schedule.pace_per_hour !== null}
          readOnly={inHand}
          onChange={(on) => put({ pace_per_hour: on ? HOURLY : null })}
        >
          <NumberInput
            label={t('schedule.perHour')}
            maw={200}
            min={1}
            max={1_000_000}
            clampBehavior="strict"
            allowDecimal={false}
            thousandSeparator
            readOnly={inHand}
            value={schedule.pace_per_hour ?? HOURLY}
            onChange={(pace) =>
              typeof pace === 'number' && pace >= 1 && put({ pace_per_hour: pace })
            }
          />
        </Optional>
      </Card>
      <BudgetCard {...props} />
    </Columns>
  );
}
