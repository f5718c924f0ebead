import { Checkbox, NumberInput, Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Condition } from '@/components/filter-bar/condition';
import {
  ClockField,
  ConditionField,
  EventField,
  type EventValue,
  ScoreField,
  WeekdaysField,
} from '@/components/journey/fields';
import { fieldsQuery, segmentsQuery } from '../queries';
import type { EditorProps, Settings } from './editor-props';

/** What a trigger of each kind begins with. */
const BEGINNINGS: Record<string, Settings> = {
  segment_entry: { include_current: false },
  segment_exit: {},
  event: { event: { kind: 'web.page_view', where: [] } },
  form: {},
  date: { field: '', days: 0, at: '09:00', every_year: false },
  score: { bands: ['hot'], include_current: false },
  audience: { later: false },
  api: {},
  schedule: { every: 'once', at: '09:00' },
};

function SegmentField({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { data = [] } = useQuery(segmentsQuery());
  return (
    <Select
      label={t('trigger.segment')}
      placeholder={t('field.choose')}
      searchable
      readOnly={readOnly}
      error={problem('segment_id')}
      data={data.map(({ id, name }) => ({ value: id, label: name }))}
      value={(settings.segment_id as string | undefined) ?? null}
      onChange={(segment_id) => set({ segment_id })}
    />
  );
}

function Schedule(props: EditorProps) {
  const { t } = useTranslation('journeys');
  const { settings, set, problem, readOnly } = props;
  return (
    <>
      <SegmentField {...props} />
      <Select
        label={t('trigger.every')}
        readOnly={readOnly}
        data={(['once', 'day', 'week', 'month'] as const).map((value) => ({
          value,
          label: t(`every.${value}`),
        }))}
        value={String(settings.every ?? 'once')}
        onChange={(every) => set({ every, day: null, weekdays: [], day_of_month: null })}
      />
      {settings.every === 'once' && (
        <TextInput
          type="date"
          label={t('trigger.day')}
          readOnly={readOnly}
          error={problem('day')}
          value={String(settings.day ?? '')}
          onChange={({ currentTarget }) => set({ day: currentTarget.value || null })}
        />
      )}
      {settings.every === 'week' && (
        <WeekdaysField
          label={t('field.weekdays')}
          readOnly={readOnly}
          error={problem('weekdays')}
          value={settings.weekdays as number[]}
          onChange={(weekdays) => set({ weekdays })}
        />
      )}
      {settings.every === 'month' && (
        <NumberInput
          label={t('trigger.dayOfMonth')}
          min={1}
          max={28}
          allowDecimal={false}
          readOnly={readOnly}
          error={problem('day_of_month')}
          value={(settings.day_of_month as number | undefined) ?? ''}
          onChange={(day) => set({ day_of_month: typeof day === 'number' ? day : null })}
        />
      )}
      <ClockField
        label={t('field.at')}
        description={t('trigger.atText')}
        readOnly={readOnly}
        value={settings.at as string}
        onChange={(at) => set({ at })}
      />
    </>
  );
}

function DateFields({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  const { data } = useQuery(fieldsQuery());
  const dates = (data?.fields ?? []).filter(({ kind }) => kind === 'date' || kind === 'datetime');
  return (
    <>
      <Select
        label={t('trigger.field')}
        placeholder={t('field.choose')}
        readOnly={readOnly}
        error={problem('field')}
        data={dates.map(({ key, label }) => ({ value: key, label }))}
        value={(settings.field as string) || null}
        onChange={(field) => set({ field })}
      />
      <NumberInput
        label={t('trigger.days')}
        description={t('trigger.daysText')}
        min={-365}
        max={365}
        allowDecimal={false}
        readOnly={readOnly}
        value={Number(settings.days ?? 0)}
        onChange={(days) => typeof days === 'number' && set({ days })}
      />
      <ClockField
        label={t('field.at')}
        description={t('field.personZone')}
        readOnly={readOnly}
        value={settings.at as string}
        onChange={(at) => set({ at })}
      />
      <Checkbox
        label={t('trigger.everyYear')}
        disabled={readOnly}
        checked={settings.every_year === true}
        onChange={({ currentTarget }) => set({ every_year: currentTarget.checked })}
      />
    </>
  );
}

function Current({ settings, set, readOnly, label }: EditorProps & { label: string }) {
  return (
    <Checkbox
      label={label}
      disabled={readOnly}
      checked={settings.include_current === true}
      onChange={({ currentTarget }) => set({ include_current: currentTarget.checked })}
    />
  );
}

/** Whom a condition holds for at the launch, and later. */
function AudienceFields({ settings, set, problem, readOnly }: EditorProps) {
  const { t } = useTranslation('journeys');
  return (
    <>
      <ConditionField
        label={t('trigger.audience')}
        readOnly={readOnly}
        error={problem('condition')}
        value={settings.condition as Condition}
        onChange={(condition) => set({ condition })}
      />
      <Checkbox
        label={t('trigger.later')}
        disabled={readOnly}
        checked={settings.later === true}
        onChange={({ currentTarget }) => set({ later: currentTarget.checked })}
      />
      <NumberInput
        label={t('trigger.withoutRecent')}
        description={t('trigger.withoutRecentText')}
        readOnly={readOnly}
        error={problem('without_recent_days')}
        min={1}
        max={365}
        allowDecimal={false}
        value={(settings.without_recent_days as number | null | undefined) ?? ''}
        onChange={(days) => set({ without_recent_days: days === '' ? null : Number(days) })}
      />
    </>
  );
}

/** How people enter. */
export function TriggerEditor(props: EditorProps & { reset: (settings: Settings) => void }) {
  const { t } = useTranslation('journeys');
  const { settings, set, problem, readOnly, reset } = props;
  const on = String(settings.on ?? 'segment_entry');
  return (
    <>
      <Select
        label={t('trigger.on')}
        readOnly={readOnly}
        data={Object.keys(BEGINNINGS).map((value) => ({
          value,
          label: t(`on.${value as 'event'}`),
        }))}
        value={on}
        onChange={(next) => next && next !== on && reset({ on: next, ...BEGINNINGS[next] })}
      />
      {(on === 'segment_entry' || on === 'segment_exit') && <SegmentField {...props} />}
      {on === 'segment_entry' && <Current {...props} label={t('trigger.current')} />}
      {on === 'event' && (
        <EventField
          label={t('trigger.event')}
          readOnly={readOnly}
          error={problem('event.kind') ?? problem('event')}
          value={settings.event as EventValue}
          onChange={(event) => set({ event })}
        />
      )}
      {on === 'form' && (
        <TextInput
          label={t('trigger.form')}
          description={t('trigger.formText')}
          readOnly={readOnly}
          error={problem('form')}
          maxLength={120}
          value={String(settings.form ?? '')}
          onChange={({ currentTarget }) => set({ form: currentTarget.value || null })}
        />
      )}
      {on === 'date' && <DateFields {...props} />}
      {on === 'audience' && <AudienceFields {...props} />}
      {on === 'score' && (
        <>
          <ScoreField
            label={t('trigger.score')}
            readOnly={readOnly}
            error={problem('bands')}
            value={settings}
            onChange={(score) => set({ ...score })}
          />
          <Current {...props} label={t('trigger.currentScore')} />
        </>
      )}
      {on === 'schedule' && <Schedule {...props} />}
    </>
  );
}
