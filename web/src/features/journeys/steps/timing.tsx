import { NumberInput, Select, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import {
  ClockField,
  EventField,
  type EventValue,
  ScoreField,
  type Span,
  SpanField,
  WeekdaysField,
} from '@/components/journey/fields';
import type { EditorProps, Settings } from './editor-props';

const BEGINNINGS: Record<string, Settings> = {
  duration: { duration: { amount: 1, unit: 'days' } },
  clock: { at: '09:00', weekdays: [] },
  best: { within_days: 3, earliest: '08:00', latest: '20:00', weekdays: [], explore: 0.1 },
  event: {
    event: { kind: 'email.clicked', where: [] },
    timeout: { amount: 3, unit: 'days' },
  },
};

/** The hour at which the person usually answers, and among which hours it is looked for. */
function BestHour({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  return (
    <>
      <Text size="xs" c="dimmed">
        {t('best.text')}
      </Text>
      <NumberInput
        label={t('best.within')}
        description={t('best.withinText')}
        min={1}
        max={14}
        allowDecimal={false}
        readOnly={readOnly}
        error={problem('within_days')}
        value={Number(settings.within_days ?? 3)}
        onChange={(days) => typeof days === 'number' && set({ within_days: days })}
      />
      <ClockField
        label={t('best.earliest')}
        description={t('field.personZone')}
        readOnly={readOnly}
        error={problem('earliest')}
        value={(settings.earliest as string | undefined) ?? '08:00'}
        onChange={(earliest) => set({ earliest })}
      />
      <ClockField
        label={t('best.latest')}
        readOnly={readOnly}
        error={problem('latest')}
        value={(settings.latest as string | undefined) ?? '20:00'}
        onChange={(latest) => set({ latest })}
      />
      <WeekdaysField
        label={t('field.weekdays')}
        readOnly={readOnly}
        error={problem('weekdays')}
        value={settings.weekdays as number[]}
        onChange={(weekdays) => set({ weekdays })}
      />
      <NumberInput
        label={t('best.explore')}
        description={t('best.exploreText')}
        min={0}
        max={50}
        suffix=" %"
        allowDecimal={false}
        readOnly={readOnly}
        error={problem('explore')}
        value={Math.round(Number(settings.explore ?? 0.1) * 100)}
        onChange={(share) => typeof share === 'number' && set({ explore: share / 100 })}
      />
    </>
  );
}

/** How long people wait, or for what. */
export function WaitEditor({
  settings,
  set,
  problem,
  readOnly,
  reset,
}: EditorProps & { reset: (settings: Settings) => void }) {
  const { t } = useTranslation('journeys');
  const until = String(settings.until ?? 'duration');
  return (
    <>
      <Select
        label={t('wait.until')}
        readOnly={readOnly}
        data={Object.keys(BEGINNINGS).map((value) => ({
          value,
          label: t(`until.${value as 'clock'}`),
        }))}
        value={until}
        onChange={(next) => next && next !== until && reset({ until: next, ...BEGINNINGS[next] })}
      />
      {until === 'duration' && (
        <SpanField
          label={t('wait.span')}
          readOnly={readOnly}
          error={problem('duration')}
          value={settings.duration as Span}
          onChange={(duration) => set({ duration })}
        />
      )}
      {until === 'clock' && (
        <>
          <ClockField
            label={t('field.at')}
            description={t('field.personZone')}
            readOnly={readOnly}
            value={settings.at as string}
            onChange={(at) => set({ at })}
          />
          <WeekdaysField
            label={t('field.weekdays')}
            readOnly={readOnly}
            value={settings.weekdays as number[]}
            onChange={(weekdays) => set({ weekdays })}
          />
        </>
      )}
      {until === 'best' && (
        <BestHour settings={settings} set={set} problem={problem} readOnly={readOnly} />
      )}
      {until === 'event' && (
        <>
          <EventField
            label={t('wait.event')}
            readOnly={readOnly}
            error={problem('event.kind') ?? problem('event')}
            value={settings.event as EventValue}
            onChange={(event) => set({ event })}
          />
          <SpanField
            label={t('wait.timeout')}
            description={t('wait.timeoutText')}
            readOnly={readOnly}
            error={problem('timeout')}
            value={settings.timeout as Span}
            onChange={(timeout) => set({ timeout })}
          />
        </>
      )}
    </>
  );
}

/** Which score people wait for. */
export function ScoreWaitEditor({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  return (
    <>
      <ScoreField
        label={t('wait.score')}
        readOnly={readOnly}
        error={problem('bands')}
        value={settings}
        onChange={(score) => set({ ...score })}
      />
      <SpanField
        label={t('wait.timeout')}
        description={t('wait.timeoutText')}
        readOnly={readOnly}
        error={problem('timeout')}
        value={settings.timeout as Span}
        onChange={(timeout) => set({ timeout })}
      />
    </>
  );
}
