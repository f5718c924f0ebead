import { Select } from '@mantine/core';
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
  event: {
    event: { kind: 'email.clicked', where: [] },
    timeout: { amount: 3, unit: 'days' },
  },
};

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
